#include "app/cli/client/platform_api.h"
#include "app/cli/commands/commands.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/table.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

Json to_json(const EnvironmentView& environment) {
    return {
        {"function", environment.function},
        {"version", environment.version},
        {"revisionId", environment.revision_id},
        {"state", environment.state},
        {"memoryMb", environment.memory_mb},
        {"ageMs", environment.age_ms},
        {"idleMs", environment.idle_ms},
        {"invocations", environment.invocations},
        {"logStream", environment.log_stream},
        {"frozen", environment.frozen},
        {"provisioned", environment.provisioned},
    };
}

std::string named(const EnvironmentView& environment) {
    const bool is_latest = environment.version == "$LATEST";
    return environment.function + (is_latest ? "" : ":" + environment.version);
}

std::string table_of(const std::vector<EnvironmentView>& environments, const Style& style) {
    Table table({
        {"FUNCTION", Align::kLeft},
        {"STATE", Align::kLeft},
        {"MEMORY", Align::kRight},
        {"AGE", Align::kRight},
        {"IDLE", Align::kRight},
        {"CALLS", Align::kRight},
        {"LOG STREAM", Align::kLeft},
    });
    for (const EnvironmentView& environment : environments) {
        const bool idle = environment.state == "idle";
        table.add_row({
            named(environment),
            environment.state + (environment.provisioned ? ", provisioned" : "") +
                (environment.frozen ? ", frozen" : ""),
            std::to_string(environment.memory_mb) + " MB",
            format_age(environment.age_ms),
            idle ? format_age(environment.idle_ms) : "",
            std::to_string(environment.invocations),
            environment.log_stream,
        });
    }
    return table.render(style);
}

Result<ExitCode> run_ps(const Session& session) {
    LAMBENT_TRY(HttpClient client, session.connect());
    LAMBENT_TRY(const auto environments, PlatformApi(client).environments());
    if (session.json()) {
        Json list = Json::array();
        for (const EnvironmentView& environment : environments) {
            list.push_back(to_json(environment));
        }
        print_json({{"environments", list}});
    } else if (environments.empty()) {
        remark("no environments: nothing has been invoked lately");
    } else {
        print(table_of(environments, session.style));
    }
    return ExitCode::kOk;
}

}  // namespace

void add_ps(CLI::App& app, ChosenCommand& chosen) {
    CLI::App* ps = app.add_subcommand("ps", "List the execution environments, busy and warm");
    ps->callback([&chosen] { chosen.run = run_ps; });
}

}  // namespace lambent::cli
