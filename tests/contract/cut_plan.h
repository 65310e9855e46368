#pragma once

#include "tests/support/fault_vfs.h"
#include "tests/support/file_disk.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::tests {

// What happens to a daemon at a failpoint, or right behind it.
enum class Harm { kCrash, kPowerCut, kIoError, kFullDisk };
inline constexpr std::size_t kHarms = 4;

struct CutPlan {
    std::string failpoint;
    std::uint64_t passing = 1;  // at which it strikes
    Harm harm = Harm::kCrash;
    std::uint32_t seed = 0;
};

// Every failpoint once, each with another harm than the one before it; four rounds have each with
// each, and further ones the same from other seeds.
CutPlan nth_plan(const std::vector<std::string>& failpoints, std::size_t number);

// How many: LAMBENT_CUTS, where it is set.
std::size_t runs_wanted(std::size_t usually);

// What the disk loses by it.
FaultVfs::Loss loss_of(Harm harm, std::uint32_t seed);

// SQLite's opinion; "ok" is a good one.
std::string integrity_of(const std::string& path);

// Strikes when the plan's failpoint is passed for the plan's time. Failures of single calls hit the
// database or, where there are `files`, those by the seed. Any thread.
class Striker {
  public:
    Striker(const CutPlan& plan, FaultVfs& disk, FileDisk* files = nullptr)
        : plan_(plan), disk_(disk), files_(files) {}

    void pass(std::string_view name);
    bool has_struck() const;
    std::set<std::string> passed() const;

  private:
    void fail_once(int errno_of_files, int code_of_database);

    const CutPlan plan_;
    FaultVfs& disk_;
    FileDisk* const files_;
    mutable std::mutex mutex_;  // guards what follows
    std::set<std::string> passed_;
    std::uint64_t passings_ = 0;
    bool has_struck_ = false;
};

}  // namespace lambent::tests
