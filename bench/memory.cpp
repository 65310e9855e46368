// What a cell takes while it waits, by PSS (memory shared by n processes counts a n-th for each):
// all processes of the cell, its init too, with many cells alike alive. Needs root. Prints a JSON
// line per language and state, in KiB per cell: "stem", rehearsed and frozen, before it is a
// function; "warm", which has answered one call of an empty handler and is frozen.
//   bench_memory [CELLS] [cpp|python|node]...
// With 40 cells, 39 of them share what can be shared; CELLS may be 500 on a machine with the
// memory.
#include "bench/function_room.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <vector>

namespace {

using namespace lambent;
using bench::FunctionRoom;

constexpr int kDefaultCells = 40;

int parent_of(int process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(stat, text);
    const std::size_t name_end = text.rfind(')');
    char state = 0;
    int parent = 0;
    if (name_end == std::string::npos ||
        std::sscanf(text.c_str() + name_end + 1, " %c %d", &state, &parent) != 2) {
        return 0;  // it has just ended
    }
    return parent;
}

struct Taken {
    double pss_kib = 0;
    double private_kib = 0;
};

Taken taken_by(int process) {
    std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
    Taken taken;
    for (std::string line; std::getline(rollup, line);) {
        long value = 0;
        if (std::sscanf(line.c_str(), "Pss: %ld", &value) == 1) {
            taken.pss_kib += static_cast<double>(value);
        } else if (std::sscanf(line.c_str(), "Private_Clean: %ld", &value) == 1 ||
                   std::sscanf(line.c_str(), "Private_Dirty: %ld", &value) == 1) {
            taken.private_kib += static_cast<double>(value);
        }
    }
    return taken;
}

// Everything below the launcher, which is this process's child.
Taken taken_by_cells() {
    std::map<int, int> parents;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const int process = std::atoi(entry.path().filename().c_str());
        if (process > 0) {
            parents[process] = parent_of(process);
        }
    }
    Taken all;
    for (const auto& [process, parent] : parents) {
        int generations = 0;
        for (int above = process; above > 1 && above != ::getpid(); above = parents[above]) {
            ++generations;
            if (parents[above] == ::getpid() && generations > 1) {
                const Taken one = taken_by(process);
                all.pss_kib += one.pss_kib;
                all.private_kib += one.private_kib;
            }
        }
    }
    return all;
}

void print(const std::string& language, const char* state, int cells) {
    const Taken taken = taken_by_cells();
    std::printf(
        "{\"bench\":\"memory\",\"language\":\"%s\",\"state\":\"%s\",\"cells\":%d,"
        "\"pss_kib\":%.0f,\"private_kib\":%.0f}\n",
        language.c_str(),
        state,
        cells,
        taken.pss_kib / cells,
        taken.private_kib / cells
    );
    std::fflush(stdout);
}

void measure_stems(const std::string& language, int cells) {
    FunctionRoom room(language, bench::fixed_stems(static_cast<std::uint32_t>(cells)));
    room.await_stems(static_cast<std::size_t>(cells));
    print(language, "stem", cells);
}

void measure_warm(const std::string& language, int cells) {
    FunctionRoom room(language, bench::fixed_stems(1));
    std::vector<std::unique_ptr<runtime::Environment>> warm;
    for (int i = 0; i < cells; ++i) {
        room.await_stems(1);
        auto answered = tests::run_flow(
            room.loop(), FunctionRoom::start_and_call(room), FunctionRoom::kPatience
        );
        if (answered.has_error()) {
            bench::give_up(answered.error());
        }
        answered->environment->freeze();
        warm.push_back(std::move(answered->environment));
    }
    room.await_stems(1);
    print(language, "warm", cells + 1);  // and the stem
    for (auto& environment : warm) {
        room.close(std::move(environment));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int cells = argc > 1 ? std::atoi(argv[1]) : kDefaultCells;
    if (cells < 1) {
        std::fputs("usage: bench_memory [CELLS] [LANGUAGE]...\n", stderr);
        return 2;
    }
    std::vector<std::string> languages(argv + std::min(argc, 2), argv + argc);
    if (languages.empty()) {
        languages = {"cpp", "python", "node"};
    }
    for (const std::string& language : languages) {
        measure_stems(language, cells);
        measure_warm(language, cells);
    }
}
