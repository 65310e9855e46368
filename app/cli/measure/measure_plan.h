#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lambent::cli {

// Which cold starts are measured.
enum class ColdFrom { kBoth, kStem, kBoot };
enum class PageCache { kWarm, kDropped };

// What one measurement does. It is written beside its results.
struct MeasurePlan {
    std::string function;
    std::string payload = "{}";
    std::size_t cold = 50;  // of each kind of cold start, at each memory size
    std::size_t warm = 500;
    std::vector<std::uint32_t> memory_mb;  // empty: as the function is configured
    ColdFrom from = ColdFrom::kBoth;
    PageCache page_cache = PageCache::kWarm;
    std::chrono::milliseconds idle{0};  // before each of the calls after idle; 0: none
    std::size_t idle_calls = 20;
    std::uint64_t seed = 1;  // of the bootstrap
};

const char* to_string(ColdFrom from);         // "both", "stem", "boot"
const char* to_string(PageCache page_cache);  // "warm", "dropped"

// The command line that does the same again.
std::string command_of(const MeasurePlan& plan);

}  // namespace lambent::cli
