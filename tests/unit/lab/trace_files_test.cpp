#include "lab/simulate/trace_files.h"

#include "api/wire/record_json.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace lambent;
using namespace lambent::lab;
using namespace std::chrono_literals;

namespace {

// Files of one test, named in the order in which they were written.
struct Files {
    tests::TempDir directory;
    std::vector<std::string> names;

    void add(const std::string& text) {
        names.push_back(directory.file(std::to_string(names.size())));
        std::ofstream(names.back()) << text;
    }
    Result<std::unique_ptr<Trace>> read() const { return read_trace(names, TraceDefaults()); }
};

std::vector<TraceCall> all_calls(Trace& trace) {
    std::vector<TraceCall> all;
    std::vector<TraceCall> calls;
    while (trace.next(calls)) {
        all.insert(all.end(), calls.begin(), calls.end());
    }
    return all;
}

const std::string kDurations =
    "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,"
    "percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,"
    "percentile_Average_99,percentile_Average_100\n";

// A day: the header of 1440 minutes, then rows whose other minutes are zero.
std::string day(const std::vector<std::pair<std::string, std::map<int, int>>>& rows) {
    std::string text = "HashOwner,HashApp,HashFunction,Trigger";
    for (int minute = 1; minute <= 1'440; ++minute) {
        text += "," + std::to_string(minute);
    }
    for (const auto& [names, counts] : rows) {
        text += "\n" + names;
        for (int minute = 1; minute <= 1'440; ++minute) {
            text += "," + std::to_string(counts.contains(minute) ? counts.at(minute) : 0);
        }
    }
    return text + "\r\n";
}

std::string record_line(
    std::int64_t started_ms, scheduler::StartSource source, std::chrono::microseconds queue_wait
) {
    scheduler::InvocationRecord record;
    record.function = "thumbnail";
    record.started_ms = started_ms;
    record.source = source;
    record.memory_mb = 512;
    record.duration = 70ms;
    record.phases.queue_wait = queue_wait;
    if (source == scheduler::StartSource::kBoot) {
        record.phases.runtime_boot = 20ms;
        record.phases.function_init = 30ms;
    }
    return api::record_json(record).dump() + "\n";
}

}  // namespace

TEST_CASE("A trace of 2019 has days, durations and memory", "[lab][trace_files]") {
    Files files;
    files.add(day({{"o,a,f,timer", {{1, 1}, {1'440, 1}}}, {"o,a,g,http", {{2, 3}}}}));
    files.add(day({{"o,b,f,queue", {{1, 1}}}, {"o,a,f,timer", {{1, 1}}}}));
    files.add(kDurations + "o,a,f,9,4,5,20,5,5,5,5,5,5,5\n");
    files.add(
        "HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct1\n"
        "o,a,10,199.6,1\n"
    );
    const auto trace = files.read();
    REQUIRE(trace.has_value());
    CHECK((*trace)->function_count() == 3);
    CHECK((*trace)->end_us() == 2 * 1'440 * 60'000'000LL);
    CHECK((*trace)->function(0).memory_mb == 200);
    CHECK((*trace)->function(1).memory_mb == 200);
    CHECK((*trace)->function(2).memory_mb == 128);
    const std::vector<TraceCall> calls = all_calls(**trace);
    REQUIRE(calls.size() == 7);
    CHECK(calls[0].function == 0);
    CHECK(calls[0].duration_us == 5'000);
    CHECK(calls[1].function == 1);
    CHECK(calls[1].duration_us == 100'000);
    CHECK(calls[4].at_us / 60'000'000 == 1'439);
    CHECK(calls[4].at_us - calls[0].at_us == 1'439 * 60'000'000LL);
    CHECK(calls[6].at_us / 60'000'000 == 1'440);
}

TEST_CASE("A trace of 2021 has calls by their ends", "[lab][trace_files]") {
    Files files;
    files.add(
        "app,func,end_timestamp,duration\n"
        "a,f,10.5,2.5\n"
        "a,g,9.25,0.25\n"
        "a,f,12,0.000001\n"
    );
    const auto trace = files.read();
    REQUIRE(trace.has_value());
    CHECK((*trace)->function_count() == 2);
    const std::vector<TraceCall> expected{
        {0, 0, 2'500'000}, {1'000'000, 1, 250'000}, {3'999'999, 0, 1}};
    CHECK(all_calls(**trace) == expected);
    CHECK((*trace)->end_us() == 4'000'000);
}

TEST_CASE("Own records begin before their calls' waits and boots", "[lab][trace_files]") {
    Files files;
    files.add(
        record_line(1'000'060, scheduler::StartSource::kBoot, 10ms) + "\n" +
        record_line(1'000'205, scheduler::StartSource::kWarm, 5ms)
    );
    const auto trace = files.read();
    REQUIRE(trace.has_value());
    CHECK((*trace)->function(0).memory_mb == 512);
    CHECK((*trace)->function(0).boot_us == 50'000);
    const std::vector<TraceCall> expected{{0, 0, 70'000}, {200'000, 0, 70'000}};
    CHECK(all_calls(**trace) == expected);
}

TEST_CASE("A trace that cannot be read says where", "[lab][trace_files]") {
    Files files;
    std::string says;
    SECTION("an unknown file") {
        files.add("name,calls\n");
        says = "neither";
    }
    SECTION("a file that is not there") {
        files.names.push_back("/does/not/exist");
        says = "cannot open /does/not/exist";
    }
    SECTION("a count that is none") {
        files.add(day({{"o,a,f,timer", {}}}) + "o,a,g,http,-1\n");
        says = "line 3: \"-1\" is no count of a minute";
    }
    SECTION("too many minutes") {
        files.add(day({}) + "o,a,g,http" + [] {
            std::string zeros;
            for (int i = 0; i < 1'441; ++i) {
                zeros += ",0";
            }
            return zeros;
        }());
        says = "line 2: ";
    }
    SECTION("a line that is cut") {
        files.add("app,func,end_timestamp,duration\na,f,1,1\na,f,2\n");
        says = "line 3: ";
    }
    SECTION("a record that is none") {
        files.add(record_line(1, scheduler::StartSource::kWarm, 0ms) + "{\"startedMs\":1}\n");
        says = "line 2: is no record";
    }
    SECTION("a mixture") {
        files.add(record_line(1, scheduler::StartSource::kWarm, 0ms));
        files.add("app,func,end_timestamp,duration\na,f,1,1\n");
        says = "another format";
    }
    SECTION("no calls at all") {
        files.add(kDurations);
        says = "no file of calls";
    }
    const auto trace = files.read();
    REQUIRE(trace.has_error());
    CHECK_THAT(trace.error().message(), Catch::Contains(says));
}
