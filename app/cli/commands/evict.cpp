#include "app/cli/client/lambda_api.h"
#include "app/cli/client/platform_api.h"
#include "app/cli/commands/commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace lambent::cli {
namespace {

Result<ExitCode> run_evict(const std::string& name, const Session& session) {
    LAMBENT_TRY(HttpClient client, session.connect());
    LAMBENT_TRY(const auto found, LambdaApi(client).find(name));
    if (!found) {
        return Error(Code::kNotFound, "there is no function " + name + " — see: lambent ls");
    }
    LAMBENT_TRY(const std::uint64_t evicted, PlatformApi(client).evict(name));
    if (session.json()) {
        print_json({{"function", name}, {"evicted", evicted}});
    } else {
        const std::string ending = evicted == 1 ? "" : "s";
        print_line("closed " + std::to_string(evicted) + " idle environment" + ending);
    }
    return ExitCode::kOk;
}

}  // namespace

void add_evict(CLI::App& app, ChosenCommand& chosen) {
    auto name = std::make_shared<std::string>();
    CLI::App* evict = app.add_subcommand(
        "evict", "Close a function's idle environments: its next call starts cold"
    );
    evict->add_option("name", *name, "The function")->required();
    evict->callback([name, &chosen] {
        chosen.run = [name](const Session& session) {
            return run_evict(*name, session);
        };
    });
}

}  // namespace lambent::cli
