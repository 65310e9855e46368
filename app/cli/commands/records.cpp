#include "app/cli/client/platform_api.h"
#include "app/cli/commands/commands.h"

#include <CLI/CLI.hpp>

#include <memory>

namespace lambent::cli {
namespace {

// JSON lines in every form of output: what `simulate` and other programs read.
Result<ExitCode> run_records(const RecordQuery& query, const Session& session) {
    LAMBENT_TRY(HttpClient client, session.connect());
    LAMBENT_TRY(const auto lines, PlatformApi(client).record_lines(query));
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        print_line(*line);
    }
    return ExitCode::kOk;
}

}  // namespace

void add_records(CLI::App& app, ChosenCommand& chosen) {
    auto query = std::make_shared<RecordQuery>();
    query->limit = 10'000;
    CLI::App* records = app.add_subcommand(
        "records", "Print what invocations did, took and cost: a JSON line each, oldest first"
    );
    records->add_option("name", query->function, "Only of this function");
    records->add_option("--limit", query->limit, "The newest this many, at most 10000")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    records->callback([query, &chosen] {
        chosen.run = [query](const Session& session) {
            return run_records(*query, session);
        };
    });
}

}  // namespace lambent::cli
