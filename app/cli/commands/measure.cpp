#include "app/cli/commands/commands.h"
#include "app/cli/commands/payload.h"
#include "app/cli/doctor/machine.h"
#include "app/cli/measure/machine_facts.h"
#include "app/cli/measure/measuring.h"
#include "app/cli/measure/page/page.h"
#include "app/cli/measure/run_document.h"
#include "app/cli/measure/text_report.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <map>
#include <memory>
#include <optional>

namespace lambent::cli {
namespace {

// What the line asked for.
struct Choice {
    MeasurePlan plan;
    std::int64_t idle_ms = 0;
    std::string html_file;
    std::string json_file;
    CLI::Option* json = nullptr;
    std::string earlier_file;
    bool fail_if_slower = false;

    // --json alone is for stdout, as with every command.
    bool json_on_stdout(const Session& session) const {
        return session.json() || (json->count() > 0 && json_file.empty());
    }
};

std::string now_utc() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
    return text;
}

Result<void> check(const MeasurePlan& plan) {
    if (!plan.memory_mb.empty() && plan.function.find(':') != std::string::npos) {
        return Error(
            Code::kInvalidArgument,
            "a published version keeps its memory size: --memory is for the function itself"
        );
    }
    if (plan.cold + plan.warm == 0 && plan.idle.count() == 0) {
        return Error(Code::kInvalidArgument, "--cold 0 --warm 0 leaves nothing to measure");
    }
    return {};
}

Result<Measurement> take(const MeasurePlan& plan, const Session& session, bool silent) {
    const MachineFacts machine = machine_facts(ThisMachine());
    const std::string began = now_utc();
    LAMBENT_TRY(HttpClient client, session.connect());
    LambdaApi lambda(client);
    PlatformApi platform(client);
    Progress progress = silent ? Progress::silent() : Progress();
    const Interruption interruption;
    Measuring measuring({lambda, platform, progress, interruption}, plan);
    LAMBENT_TRY(Measurement measurement, measuring.run());
    measurement.machine = machine;
    measurement.began = began;
    return measurement;
}

Result<void> show(
    const Measurement& measurement,
    const std::optional<Comparison>& comparison,
    const Choice& choice,
    const Session& session
) {
    auto document = run_json(measurement);
    if (comparison) {
        document["comparison"] = comparison_json(*comparison);
    }
    if (!choice.json_file.empty()) {
        LAMBENT_TRY(write_text(choice.json_file, document.dump() + "\n"));
    }
    if (!choice.html_file.empty()) {
        LAMBENT_TRY(write_text(choice.html_file, render_page(measurement, comparison)));
    }
    if (choice.json_on_stdout(session)) {
        print(document.dump() + "\n");
        return {};
    }
    print(render_measurement(measurement, session.style));
    if (comparison) {
        print(render_comparison(*comparison, session.style));
    }
    return {};
}

// The earlier run is read first: a wrong name should not cost minutes.
Result<ExitCode> run_measure(Choice choice, const Session& session) {
    LAMBENT_TRY(choice.plan.payload, read_payload(choice.plan.payload));
    LAMBENT_TRY(check(choice.plan));
    std::optional<Measurement> earlier;
    if (!choice.earlier_file.empty()) {
        LAMBENT_TRY(earlier, read_run(choice.earlier_file));
    }
    LAMBENT_TRY(
        const Measurement measurement, take(choice.plan, session, choice.json_on_stdout(session))
    );
    std::optional<Comparison> comparison;
    if (earlier) {
        comparison = compare(*earlier, measurement);
    }
    LAMBENT_TRY(show(measurement, comparison, choice, session));
    const bool slower = choice.fail_if_slower && comparison && comparison->is_slower();
    return measurement.errors() > 0 || slower ? ExitCode::kFunctionError : ExitCode::kOk;
}

void add_what_is_measured(CLI::App& measure, Choice& choice) {
    MeasurePlan& plan = choice.plan;
    measure.add_option("name", plan.function, "The function")->required();
    measure.add_option("--cold", plan.cold, "Cold starts of each kind, at each memory size")
        ->capture_default_str();
    measure.add_option("--warm", plan.warm, "Warm calls")->capture_default_str();
    measure.add_option("--memory", plan.memory_mb, "Memory sizes; the function's own comes back")
        ->type_name("MB,MB…")
        ->delimiter(',')
        ->check(CLI::Range(128, 10'240));
    measure.add_option("--from", plan.from, "Which cold starts: stem, boot, or both in turn")
        ->transform(CLI::CheckedTransformer(std::map<std::string, ColdFrom>{
            {"both", ColdFrom::kBoth}, {"stem", ColdFrom::kStem}, {"boot", ColdFrom::kBoot}}));
    measure
        .add_option("--page-cache", plan.page_cache, "dropped: forget the files before cold starts")
        ->transform(CLI::CheckedTransformer(std::map<std::string, PageCache>{
            {"warm", PageCache::kWarm}, {"dropped", PageCache::kDropped}}));
    measure.add_option("--idle", choice.idle_ms, "Also calls that come after so long a pause")
        ->transform(CLI::AsNumberWithUnit(
            std::map<std::string, std::int64_t>{{"ms", 1}, {"s", 1'000}, {"m", 60'000}},
            CLI::AsNumberWithUnit::UNIT_REQUIRED,
            "5s"
        ));
    measure.add_option("--idle-calls", plan.idle_calls, "How many of them")->capture_default_str();
    measure.add_option("--payload", plan.payload, "The event: JSON, @file, or @- for stdin")
        ->capture_default_str();
    measure.add_option("--seed", plan.seed, "Of the resampling in comparisons")
        ->capture_default_str();
}

void add_what_is_shown(CLI::App& measure, Choice& choice) {
    measure.add_option("--html", choice.html_file, "Write a page for people")->type_name("FILE");
    choice.json = measure.add_option("--json", choice.json_file, "Write the run, or print it")
                      ->type_name("[FILE]")
                      ->expected(0, 1);
    measure.add_option("--compare", choice.earlier_file, "A run that --json wrote earlier")
        ->type_name("FILE");
    measure.add_flag(
        "--fail-if-slower", choice.fail_if_slower, "End with 1 when a total is slower"
    );
}

}  // namespace

void add_measure(CLI::App& app, ChosenCommand& chosen) {
    auto choice = std::make_shared<Choice>();
    CLI::App* measure = app.add_subcommand(
        "measure", "Force cold starts and say what every phase takes, how surely, and what it costs"
    );
    add_what_is_measured(*measure, *choice);
    add_what_is_shown(*measure, *choice);
    measure->callback([choice, &chosen] {
        std::vector<std::uint32_t>& sizes = choice->plan.memory_mb;
        std::sort(sizes.begin(), sizes.end());
        sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
        choice->plan.idle = std::chrono::milliseconds(choice->idle_ms);
        chosen.run = [choice](const Session& session) {
            return run_measure(*choice, session);
        };
    });
}

}  // namespace lambent::cli
