#include "app/cli/client/lambda_api.h"
#include "app/cli/commands/commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace lambent::cli {
namespace {

Result<ExitCode> run_rm(const std::vector<std::string>& names, const Session& session) {
    LAMBENT_TRY(HttpClient client, session.connect());
    LambdaApi lambda(client);
    for (const std::string& name : names) {
        const Result<void> removed = lambda.remove(name);
        if (removed.has_error() && removed.error().code() == Code::kNotFound) {
            return Error(Code::kNotFound, "there is no function " + name + " — see: lambent ls");
        }
        LAMBENT_TRY(removed);
        if (!session.json()) {
            print_line("removed " + name);
        }
    }
    if (session.json()) {
        print_json({{"removed", names}});
    }
    return ExitCode::kOk;
}

}  // namespace

void add_rm(CLI::App& app, ChosenCommand& chosen) {
    auto names = std::make_shared<std::vector<std::string>>();
    CLI::App* rm = app.add_subcommand("rm", "Delete functions (their buckets and logs stay)");
    rm->add_option("names", *names, "The functions")->required();
    rm->callback([names, &chosen] {
        chosen.run = [names](const Session& session) {
            return run_rm(*names, session);
        };
    });
}

}  // namespace lambent::cli
