#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "sandbox/cell.h"
#include "sandbox/policy/syscall_policy.h"

#include <linux/filter.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace lambent::sandbox {

// Steps of building a cell, in the order in which they happen; the name of the failed one travels
// to the daemon.
enum class Stage : std::int32_t {
    kClone,
    kCgroup,
    kNetwork,
    kHostName,
    kBind,
    kTmp,
    kProc,
    kFork,
    kInit,
    kSession,
    kRlimit,
    kIdentity,
    kUserNamespace,
    kCapabilities,
    kDescriptors,
    kWorkingDirectory,
    kFilter,
    kExec,
    kWalled,  // not a failure: all of the above but the last are done
};
const char* to_string(Stage stage);

// What the processes of a new cell write into the report pipe.
struct StageReport {
    Stage stage;
    std::int32_t error_number;  // 0 with kWalled
    std::int64_t at_ns;         // CLOCK_MONOTONIC
};

struct PlannedMount {
    int tree;  // a detached copy
    const char* at;
};

// Everything that the code between clone and exec needs, as plain data made beforehand: that code
// may not allocate, lock or throw.
struct CellPlan {
    static constexpr std::size_t kMountsMax = 3;
    static constexpr std::size_t kEntriesMax = 8;

    std::array<int, kEntriesMax> entry_files{};  // cgroup v1: written "0" to
    std::size_t entries = 0;
    int network = -1;
    std::array<PlannedMount, kMountsMax> mounts{};
    std::size_t mount_count = 0;
    const char* tmp_options = nullptr;

    int output = -1;
    int channel = -1;  // the guest's end, if it has one
    int report = -1;
    int status = -1;  // the init's word on how the main process ended
    int null = -1;
    // All descriptors above, in ascending order: the others that a new cell's processes begin with
    // are the launcher's.
    std::array<int, kEntriesMax + kMountsMax + 6> kept{};
    std::size_t kept_count = 0;

    uid_t init_uid = 0;
    uid_t uid = 0;  // of the host, one per slot
    gid_t gid = 0;
    const char* uid_map = nullptr;
    const char* gid_map = nullptr;
    std::uint64_t open_files_max = 0;

    sock_fprog guest_filter{};
    sock_fprog init_filter{};
    const char* working_directory = nullptr;
    char* const* argv = nullptr;
    char* const* environment = nullptr;
};

// The filters, compiled once.
struct Filters {
    FilterProgram guest;
    FilterProgram init;
};

// Mount options of a tmpfs: how large it may become and how many files it may hold.
std::string tmp_size_text(std::uint64_t bytes);

// Owns the strings and arrays that a plan points to. Not movable for that reason.
class PreparedPlan {
  public:
    // The cell's first process runs as `first_uid` of the host, its guest as the next.
    PreparedPlan(const CellSpec& spec, Filters& filters, uid_t first_uid);
    PreparedPlan(const PreparedPlan&) = delete;
    PreparedPlan& operator=(const PreparedPlan&) = delete;

    CellPlan& plan() { return plan_; }
    // Once the plan has all its descriptors.
    void list_kept();
    // Opens the spec's directories in the launcher's namespace, for the cell to attach.
    Result<void> open_binds(const std::vector<ReadOnlyBind>& binds);

  private:
    std::vector<std::string> words_;
    std::vector<std::string> mount_points_;
    std::vector<char*> argv_;
    std::vector<char*> environment_;
    std::vector<UniqueFd> trees_;
    std::string tmp_options_;
    std::string uid_map_;
    std::string gid_map_;
    std::string working_directory_;
    CellPlan plan_;
};

}  // namespace lambent::sandbox
