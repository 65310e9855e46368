#include "app/cli/measure/advice.h"
#include "app/cli/measure/comparison.h"
#include "app/cli/measure/interruption.h"
#include "app/cli/measure/machine_facts.h"
#include "app/cli/measure/run_document.h"
#include "app/cli/measure/summary.h"
#include "app/cli/measure/text_report.h"
#include "tests/unit/app/cli/measured_runs.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <csignal>
#include <map>

namespace lambent::cli {
namespace {

using tests::made_up;
using tests::made_up_run;

const Style kUnpainted(Colour::kOff, Glyphs::kUnicode, 100);

Record record_with(PhaseTimes phases, std::int64_t billed_ms) {
    Record record;
    record.phases = phases;
    record.billed_ms = billed_ms;
    record.cost_usd = 1e-6;
    return record;
}

Measurement two_boots() {
    Samples boots;
    boots.kind = StartKind::kBoot;
    boots.add(record_with({0, 10, 800, 900, 20'000, 0, 7'000, 3'000, 50, 60}, 30), 33'000);
    boots.add(record_with({0, 12, 700, 950, 22'000, 0, 8'000, 3'500, 50, 60}, 34), 36'000);
    boots.errors = 1;
    Measurement run;
    run.plan.function = "hello";
    run.sizes.push_back({128, {boots}, 3});
    return run;
}

TEST_CASE("A measurement of one size is shown with its phases", "[app][measure]") {
    CHECK(
        render_measurement(two_boots(), kUnpainted) ==
        R"(hello, as its caller saw it

MEMORY  START                 CALLS       p50     95 % INTERVAL       p90       p99  USD/MILLION
128 MB  cold start by a boot      2  33.00 ms  33.00 – 36.00 ms  36.00 ms  36.00 ms        $1.00

PHASE                 boot p50       p90       p99
admission                10 µs     12 µs     12 µs
cell claim              700 µs    800 µs    800 µs
mount and limits        900 µs    950 µs    950 µs
runtime boot          20.00 ms  22.00 ms  22.00 ms
function init          7.00 ms   8.00 ms   8.00 ms
handler                3.00 ms   3.50 ms   3.50 ms
response transfer        50 µs     50 µs     50 µs
freeze                   60 µs     60 µs     60 µs
all phases            31.82 ms  35.27 ms  35.27 ms
seen by the client    33.00 ms  36.00 ms  36.00 ms

1 call returned a function error; their times are counted.
3 calls met another start than was asked for and stand in no row.
Of 2 calls the p99 is the slowest one: take it as a hint. A p99 wants some hundred calls.
)"
    );
}

TEST_CASE("A measurement of several sizes is an overview", "[app][measure]") {
    const std::string text = render_measurement(made_up_run(1, 1), kUnpainted);
    CHECK(text.find("1769 MB  warm call") != std::string::npos);
    CHECK(text.find("PHASE") == std::string::npos);
}

TEST_CASE("A run read back is the run that was written", "[app][measure]") {
    const Measurement run = made_up_run(1, 7);
    const auto back = parse_run(run_json(run).dump());
    REQUIRE(back.has_value());
    CHECK(back->plan.function == run.plan.function);
    CHECK(back->plan.memory_mb == run.plan.memory_mb);
    CHECK(back->machine.processor == "A Processor");
    REQUIRE(back->sizes.size() == 2);
    for (const SizeMeasurement& size : run.sizes) {
        for (const Samples& samples : size.samples) {
            const Samples* const same = back->find(size.memory_mb, samples.kind);
            REQUIRE(same != nullptr);
            CHECK(same->times_us == samples.times_us);
            CHECK(same->billed_ms == samples.billed_ms);
            CHECK(same->usd_per_million() == Approx(samples.usd_per_million()));
        }
    }
}

TEST_CASE("A run as JSON has the summaries beside the samples", "[app][measure]") {
    const auto document = run_json(two_boots());
    CHECK(document.at("schema") == "lambent.measure");
    CHECK(document.at("version") == 1);
    const auto& boot = document.at("sizes").at(0).at("starts").at(0);
    CHECK(boot.at("kind") == "boot");
    CHECK(boot.at("errors") == 1);
    CHECK(boot.at("timesUs").at("runtimeBoot").at("p50") == 20'000);
    CHECK(boot.at("timesUs").at("client").at("samples") == nlohmann::json{33'000, 36'000});
    CHECK(boot.at("billedMs") == nlohmann::json{30, 34});
}

TEST_CASE("What is no run is refused and says why", "[app][measure]") {
    const auto why = [](const std::string& text) {
        const auto run = parse_run(text);
        REQUIRE(run.has_error());
        CHECK(run.error().code() == Code::kInvalidArgument);
        return run.error().message();
    };
    CHECK(why("{}").find("schema") != std::string::npos);
    CHECK(why("[1]").find("schema") != std::string::npos);
    CHECK(why("nothing").find("no run") != std::string::npos);
    CHECK(
        why(R"({"schema":"lambent.measure","version":2})").find("version is 2") != std::string::npos
    );
    CHECK(why(R"({"schema":"lambent.measure","version":1})").find("no run") != std::string::npos);
    CHECK(read_run("/does/not/exist").error().code() == Code::kInvalidArgument);
}

TEST_CASE("A comparison finds what became slower, and only that", "[app][measure]") {
    const Measurement before = made_up_run(1, 1);
    CHECK_FALSE(compare(before, made_up_run(1, 100)).is_slower());
    const Comparison slower = compare(before, made_up_run(1.3, 200));
    CHECK(slower.is_slower());
    CHECK(slower.cautions.empty());
    CHECK(slower.rows.front().calls_before == 40);
    CHECK_FALSE(compare(before, made_up_run(0.8, 300)).is_slower());
    const std::string text = render_comparison(slower, kUnpainted);
    CHECK(text.find("seen by the client") != std::string::npos);
    CHECK(text.find("< 0.001  slower") != std::string::npos);
    CHECK(comparison_json(slower).at("slower") == true);
}

TEST_CASE("A comparison says what else differs", "[app][measure]") {
    const Measurement before = made_up_run(1, 1);
    Measurement after = made_up_run(1, 2);
    after.machine.kernel = "6.12.0";
    after.machine.load = 3;
    after.plan.page_cache = PageCache::kDropped;
    CHECK(compare(before, after).cautions.size() == 3);
    CHECK(remarks_on(after).front().find("load 3.0 on 2 processors") != std::string::npos);
    after.sizes.front().memory_mb = 256;
    after.sizes.pop_back();
    const Comparison nothing = compare(before, after);
    CHECK(nothing.rows.empty());
    CHECK(nothing.cautions.back().find("nothing to compare") != std::string::npos);
}

Measurement warm_sweep(const std::map<std::uint32_t, double>& scales) {
    Measurement run;
    for (const auto& [mb, scale] : scales) {
        SizeMeasurement size;
        size.memory_mb = mb;
        size.samples.push_back(made_up(StartKind::kWarm, 200, scale, mb));
        size.samples.back().cost_usd *= mb;
        run.sizes.insert(run.sizes.begin(), std::move(size));  // whatever their order
    }
    return run;
}

TEST_CASE("Advice on memory says where more of it stops to help", "[app][measure]") {
    const auto advice = [](const std::map<std::uint32_t, double>& scales) {
        return memory_advice(warm_sweep(scales)).value_or("nothing");
    };
    const std::string flat_end = advice({{128, 4}, {512, 1}, {1'024, 1}, {1'769, 0.99}});
    CHECK(flat_end.find("those at 128 MB cost least") != std::string::npos);
    CHECK(flat_end.find("from 512 MB on") != std::string::npos);
    CHECK(advice({{128, 1}, {512, 1}}).find("more memory only costs") != std::string::npos);
    CHECK(advice({{128, 2}, {512, 1}}).find("no smaller size") != std::string::npos);
    CHECK(advice({{128, 1}}) == "nothing");
}

TEST_CASE("An interruption is noted, and its handlers go with it", "[app][measure]") {
    struct sigaction before {};
    ::sigaction(SIGINT, nullptr, &before);
    {
        const Interruption interruption;
        CHECK_FALSE(interruption.happened());
        std::raise(SIGINT);
        CHECK(interruption.happened());
        interruption.wait(std::chrono::hours(1));  // returns at once
    }
    struct sigaction after {};
    ::sigaction(SIGINT, nullptr, &after);
    CHECK(after.sa_handler == before.sa_handler);
    CHECK_FALSE(Interruption().happened());
}

TEST_CASE("Phases that took no time are not shown", "[app][measure]") {
    const auto shown = times_shown({made_up(StartKind::kWarm, 5, 1, 1)});
    CHECK(shown == std::vector<std::size_t>{1, 7, 8, 9, kAllPhases, kSeenByClient});
    CHECK(summary_of({}).p99 == 0);
}

TEST_CASE("The command that is shown measures the same again", "[app][measure]") {
    MeasurePlan plan;
    plan.function = "f";
    CHECK(command_of(plan) == "lambent measure f --cold 50 --warm 500");
    plan.memory_mb = {128, 512};
    plan.from = ColdFrom::kBoot;
    plan.page_cache = PageCache::kDropped;
    plan.idle = std::chrono::seconds(5);
    CHECK(
        command_of(plan) ==
        "lambent measure f --cold 50 --warm 500 --memory 128,512 --from boot "
        "--page-cache dropped --idle 5000ms --idle-calls 20"
    );
}

class PaperMachine final : public Machine {
  public:
    std::optional<std::string> read(const std::string& path) const override {
        if (path == "/proc/cpuinfo") {
            return "processor\t: 0\nmodel name\t: Some CPU\nprocessor\t: 1\nmodel name\t: Some\n";
        }
        if (path == "/proc/meminfo") {
            return "MemTotal:        4000 kB\nMemFree: 1 kB\n";
        }
        if (path == "/etc/os-release") {
            return "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n";
        }
        return std::nullopt;
    }
    bool exists(const std::string&) const override { return false; }
    bool is_root() const override { return false; }
    std::optional<std::string> version_of(const std::string&) const override { return {}; }
    bool port_is_free(std::uint16_t) const override { return false; }
    std::uint64_t free_bytes(const std::string&) const override { return 0; }
};

TEST_CASE("Machine facts are read from what the kernel says", "[app][measure]") {
    const MachineFacts facts = machine_facts(PaperMachine());
    CHECK(facts.processor == "Some CPU");
    CHECK(facts.processors == 2);
    CHECK(facts.memory_bytes == 4'000 * 1'024);
    CHECK(facts.system == "Debian GNU/Linux 12");
    CHECK(facts.kernel.empty());
}

}  // namespace
}  // namespace lambent::cli
