#include "tests/contract/cut_plan.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstdlib>
#include <random>

namespace lambent::tests {

CutPlan nth_plan(const std::vector<std::string>& failpoints, std::size_t number) {
    CutPlan plan;
    plan.seed = static_cast<std::uint32_t>(number);
    plan.failpoint = failpoints[number % failpoints.size()];
    const std::size_t round = number / failpoints.size();
    plan.harm = static_cast<Harm>((number % failpoints.size() + round) % kHarms);
    plan.passing = 1 + std::mt19937(plan.seed)() % 6;
    return plan;
}

std::size_t runs_wanted(std::size_t usually) {
    const char* const wish = std::getenv("LAMBENT_CUTS");
    return wish == nullptr ? usually : std::strtoull(wish, nullptr, 10);
}

FaultVfs::Loss loss_of(Harm harm, std::uint32_t seed) {
    constexpr FaultVfs::Loss kLosses[] = {
        FaultVfs::Loss::kAll, FaultVfs::Loss::kSomeSectors, FaultVfs::Loss::kAllButFirst};
    return harm == Harm::kPowerCut ? kLosses[seed % 3] : FaultVfs::Loss::kNothing;
}

std::string integrity_of(const std::string& path) {
    sqlite3* database = nullptr;
    std::string answer;
    const auto collect = [](void* into, int, char** values, char**) {
        *static_cast<std::string*>(into) += values[0];
        return 0;
    };
    if (::sqlite3_open(path.c_str(), &database) == SQLITE_OK) {
        ::sqlite3_exec(database, "PRAGMA integrity_check", collect, &answer, nullptr);
    }
    ::sqlite3_close(database);
    return answer;
}

void Striker::pass(std::string_view name) {
    const std::lock_guard lock(mutex_);
    passed_.insert(std::string(name));
    if (has_struck_ || name != plan_.failpoint || ++passings_ != plan_.passing) {
        return;
    }
    has_struck_ = true;
    switch (plan_.harm) {
        case Harm::kCrash:
        case Harm::kPowerCut:
            return disk_.cut_power_now();
        case Harm::kIoError:
            return fail_once(EIO, SQLITE_IOERR_WRITE);
        case Harm::kFullDisk:
            return fail_once(ENOSPC, SQLITE_FULL);
    }
}

bool Striker::has_struck() const {
    const std::lock_guard lock(mutex_);
    return has_struck_;
}

std::set<std::string> Striker::passed() const {
    const std::lock_guard lock(mutex_);
    return passed_;
}

void Striker::fail_once(int errno_of_files, int code_of_database) {
    if (files_ != nullptr && plan_.seed % 2 == 0) {
        files_->fail_next(errno_of_files);
    } else {
        disk_.fail(FaultVfs::Call::kWrite, 1, code_of_database, FaultVfs::Until::kOnce);
    }
}

}  // namespace lambent::tests
