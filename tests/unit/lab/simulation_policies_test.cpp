#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "lab/simulate/simulation.h"
#include "lab/simulate/trace_files.h"

using namespace lambent;
using namespace lambent::lab;

namespace {

// Files that make-trace wrote.
std::vector<std::string> make_trace(const std::string& directory, const std::string& options) {
    const std::string command =
        std::string("/usr/bin/python3 -B " LAMBENT_MAKE_TRACE " ") + directory + " " + options;
    REQUIRE(std::system(command.c_str()) == 0);
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string text_of(const std::string& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("make-trace writes the same bytes for the same seed", "[lab][make-trace]") {
    const std::string small = "--functions 20 --days 1 --calls 1000 --seed ";
    const tests::TempDir one;
    const tests::TempDir same;
    const tests::TempDir other;
    const auto files = make_trace(one.path(), small + "5");
    const auto files_of_same = make_trace(same.path(), small + "5");
    const auto files_of_other = make_trace(other.path(), small + "6");
    REQUIRE(files.size() == 3);
    for (std::size_t i = 0; i < files.size(); ++i) {
        CHECK(text_of(files[i]) == text_of(files_of_same.at(i)));
        CHECK(text_of(files[i]) != text_of(files_of_other.at(i)));
    }
}

TEST_CASE("Policies come in the paper's order on a synthetic trace", "[lab][Simulation]") {
    const tests::TempDir directory;
    const auto files = make_trace(directory.path(), "--functions 250 --days 3 --calls 15000");
    const auto trace = read_trace(files, TraceDefaults());
    REQUIRE(trace.has_value());
    std::map<std::string, SimulationResult> results;
    for (const char* policy : {"fixed:600", "fixed:1200", "fixed:3600", "hybrid", "hybrid:30"}) {
        const auto keep_alive = scheduler::parse_keep_alive(policy).value();
        results[policy] = simulate(**trace, SimulationConfig::unlimited(keep_alive));
    }
    const auto& fixed_10 = results["fixed:600"];
    const auto& fixed_20 = results["fixed:1200"];
    const auto& fixed_60 = results["fixed:3600"];
    REQUIRE(fixed_10.invocations > 10'000);

    // Longer: fewer cold starts, more waste.
    CHECK(fixed_20.cold_starts < fixed_10.cold_starts);
    CHECK(fixed_60.cold_starts < fixed_20.cold_starts);
    CHECK(fixed_20.idle_gb_hours > fixed_10.idle_gb_hours);
    CHECK(fixed_60.idle_gb_hours > fixed_20.idle_gb_hours);

    // Habits beat both: fewer cold starts for less waste.
    const auto& hybrid_30 = results["hybrid:30"];
    CHECK(hybrid_30.cold_starts < fixed_10.cold_starts / 2);
    CHECK(hybrid_30.idle_gb_hours < fixed_10.idle_gb_hours);
    CHECK(hybrid_30.cold_percent[1] < fixed_10.cold_percent[1]);
    const auto& hybrid = results["hybrid"];
    CHECK(hybrid.cold_starts < fixed_60.cold_starts);
    CHECK(hybrid.idle_gb_hours < fixed_60.idle_gb_hours);
    CHECK(hybrid.cold_percent[1] < fixed_60.cold_percent[1]);
    CHECK(hybrid.cold_percent[2] < fixed_60.cold_percent[2]);

    // What callers pay hardly depends on it.
    CHECK(hybrid.cost_usd == Approx(fixed_10.cost_usd).epsilon(0.01));
}
