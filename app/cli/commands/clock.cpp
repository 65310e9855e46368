#include "app/cli/client/platform_api.h"
#include "app/cli/commands/commands.h"
#include "app/cli/terminal/duration.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace lambent::cli {
namespace {

Result<ExitCode> show(const Result<ClockView>& clock, const Session& session) {
    if (clock.has_error()) {
        return clock.error();
    }
    if (session.json()) {
        print_json({{"clock", clock->kind}, {"now", clock->now}, {"nowMs", clock->now_ms}});
    } else {
        print_line(clock->now + (clock->kind == "manual" ? "" : "  (the machine's clock)"));
    }
    return ExitCode::kOk;
}

}  // namespace

void add_clock(CLI::App& app, ChosenCommand& chosen) {
    CLI::App* clock = app.add_subcommand(
        "clock", "The clock of schedules, retries and timeouts (lambent up --clock manual)"
    );
    clock->require_subcommand(1);
    CLI::App* now = clock->add_subcommand("now", "Say what time it is there");
    now->callback([&chosen] {
        chosen.run = [](const Session& session) -> Result<ExitCode> {
            LAMBENT_TRY(HttpClient client, session.connect());
            return show(PlatformApi(client).clock(), session);
        };
    });
    auto text = std::make_shared<std::string>();
    CLI::App* advance = clock->add_subcommand(
        "advance", "Move it on, and wait until all that falls into that time has happened"
    );
    advance->add_option("duration", *text, "As 90s, 3m, 1h30m, 2d")->required();
    advance->callback([text, &chosen] {
        chosen.run = [text](const Session& session) -> Result<ExitCode> {
            LAMBENT_TRY(const std::chrono::milliseconds by, parse_duration(*text));
            LAMBENT_TRY(HttpClient client, session.connect());
            return show(PlatformApi(client).advance_clock(by), session);
        };
    });
}

}  // namespace lambent::cli
