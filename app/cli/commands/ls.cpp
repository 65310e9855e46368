#include "app/cli/client/lambda_api.h"
#include "app/cli/commands/commands.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/table.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

Json to_json(const FunctionView& function) {
    return {
        {"name", function.settings.name},
        {"arn", function.arn},
        {"runtime", function.settings.runtime},
        {"handler", function.settings.handler},
        {"memoryMb", function.settings.memory_mb},
        {"timeoutS", function.settings.timeout_s},
        {"codeBytes", function.code_bytes},
        {"codeSha256", function.code_sha256},
        {"state", function.state},
        {"lastModified", function.last_modified},
    };
}

std::string table_of(const std::vector<FunctionView>& functions, const Style& style) {
    Table table({
        {"FUNCTION", Align::kLeft},
        {"RUNTIME", Align::kLeft},
        {"HANDLER", Align::kLeft},
        {"MEMORY", Align::kRight},
        {"TIMEOUT", Align::kRight},
        {"PACKAGE", Align::kRight},
        {"STATE", Align::kLeft},
        {"MODIFIED", Align::kLeft},
    });
    for (const FunctionView& function : functions) {
        table.add_row({
            function.settings.name,
            function.settings.runtime,
            function.settings.handler,
            std::to_string(function.settings.memory_mb) + " MB",
            std::to_string(function.settings.timeout_s) + " s",
            format_bytes(function.code_bytes),
            function.state,
            function.last_modified.substr(0, 19),
        });
    }
    return table.render(style);
}

Result<ExitCode> run_ls(const Session& session) {
    LAMBENT_TRY(HttpClient client, session.connect());
    LAMBENT_TRY(const auto functions, LambdaApi(client).list());
    if (session.json()) {
        Json list = Json::array();
        for (const FunctionView& function : functions) {
            list.push_back(to_json(function));
        }
        print_json({{"functions", list}});
    } else if (functions.empty()) {
        remark("no functions yet — deploy one: lambent deploy DIR");
    } else {
        print(table_of(functions, session.style));
    }
    return ExitCode::kOk;
}

}  // namespace

void add_ls(CLI::App& app, ChosenCommand& chosen) {
    CLI::App* ls = app.add_subcommand("ls", "List the functions");
    ls->callback([&chosen] { chosen.run = run_ls; });
}

}  // namespace lambent::cli
