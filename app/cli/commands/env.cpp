#include "app/cli/client/aws_environment.h"
#include "app/cli/commands/commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

Result<ExitCode> run_env(const Session& session) {
    LAMBENT_TRY(const Endpoint endpoint, find_endpoint(session.data_directory, session.ca_bundle));
    const auto variables = aws_environment(endpoint);
    if (session.json()) {
        print_json(variables);
        return ExitCode::kOk;
    }
    for (const auto& [name, value] : variables) {
        print_line("export " + name + "=" + shell_quoted(value));
    }
    if (session.style.colour()) {
        remark(session.style.paint(Paint::kDim, "# use it: eval \"$(lambent env)\""));
    }
    return ExitCode::kOk;
}

}  // namespace

void add_env(CLI::App& app, ChosenCommand& chosen) {
    CLI::App* env = app.add_subcommand(
        "env", "Print the variables that point AWS tools at the daemon: eval \"$(lambent env)\""
    );
    env->callback([&chosen] { chosen.run = run_env; });
}

}  // namespace lambent::cli
