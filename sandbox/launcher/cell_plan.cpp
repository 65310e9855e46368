#include "sandbox/launcher/cell_plan.h"

#include "sandbox/launcher/mount_tree.h"
#include "sandbox/launcher/root_template.h"

#include <algorithm>

namespace lambent::sandbox {
namespace {

constexpr std::uint64_t kBytesPerInode = 8 * 1024;
constexpr std::uint64_t kInodesMin = 1'024;

sock_fprog program_of(FilterProgram& filter) {
    return {static_cast<unsigned short>(filter.size()), filter.data()};
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

std::string map_line(unsigned inside, unsigned outside) {
    return std::to_string(inside) + " " + std::to_string(outside) + " 1\n";
}

std::string tmp_options(std::uint64_t bytes, uid_t uid, gid_t gid) {
    return tmp_size_text(bytes) + ",mode=0700,uid=" + std::to_string(uid) +
           ",gid=" + std::to_string(gid);
}

}  // namespace

const char* to_string(Stage stage) {
    constexpr std::array kNames{
        "clone",
        "cgroup",
        "network",
        "hostname",
        "bind",
        "tmp",
        "proc",
        "fork",
        "init",
        "session",
        "rlimit",
        "identity",
        "user_namespace",
        "capabilities",
        "descriptors",
        "working_directory",
        "filter",
        "exec",
        "walled"};
    const auto index = static_cast<std::size_t>(stage);
    return index < kNames.size() ? kNames[index] : "unknown";
}

std::string tmp_size_text(std::uint64_t bytes) {
    const std::uint64_t inodes = std::max(kInodesMin, bytes / kBytesPerInode);
    return "size=" + std::to_string(bytes) + ",nr_inodes=" + std::to_string(inodes);
}

PreparedPlan::PreparedPlan(const CellSpec& spec, Filters& filters, uid_t first_uid)
    : words_(spec.argv),
      tmp_options_(tmp_options(spec.tmp_bytes, first_uid + 1, first_uid + 1)),
      uid_map_(map_line(kGuestUid, first_uid + 1)),
      gid_map_(map_line(kGuestGid, first_uid + 1)),
      working_directory_(spec.working_directory) {
    words_.insert(words_.end(), spec.environment.begin(), spec.environment.end());
    const std::vector<char*> all = pointers_to(words_);
    const auto split = all.begin() + static_cast<std::ptrdiff_t>(spec.argv.size());
    argv_.assign(all.begin(), split);
    argv_.push_back(nullptr);
    environment_.assign(split, all.end());
    plan_.tmp_options = tmp_options_.c_str();
    plan_.init_uid = first_uid;
    plan_.uid = first_uid + 1;
    plan_.gid = first_uid + 1;
    plan_.uid_map = uid_map_.c_str();
    plan_.gid_map = gid_map_.c_str();
    plan_.open_files_max = spec.open_files_max;
    plan_.guest_filter = program_of(filters.guest);
    plan_.init_filter = program_of(filters.init);
    plan_.working_directory = working_directory_.c_str();
    plan_.argv = argv_.data();
    plan_.environment = environment_.data();
}

Result<void> PreparedPlan::open_binds(const std::vector<ReadOnlyBind>& binds) {
    mount_points_.reserve(binds.size());
    for (const ReadOnlyBind& bind : binds) {
        if (plan_.mount_count == CellPlan::kMountsMax) {
            return Error(Code::kInvalidArgument, "bind", "too many binds for one cell");
        }
        LAMBENT_TRY(UniqueFd tree, detached_copy(bind.host_path, SubMounts::kLeaveOut));
        mount_points_.push_back(bind.cell_path);
        plan_.mounts[plan_.mount_count++] = {tree.get(), mount_points_.back().c_str()};
        trees_.push_back(std::move(tree));
    }
    return {};
}

void PreparedPlan::list_kept() {
    std::vector<int> kept{plan_.network, plan_.output, plan_.report, plan_.status, plan_.null};
    kept.insert(kept.end(), plan_.entry_files.begin(), plan_.entry_files.begin() + plan_.entries);
    for (std::size_t i = 0; i < plan_.mount_count; ++i) {
        kept.push_back(plan_.mounts.at(i).tree);
    }
    if (plan_.channel >= 0) {
        kept.push_back(plan_.channel);
    }
    std::sort(kept.begin(), kept.end());
    for (const int fd : kept) {
        plan_.kept.at(plan_.kept_count++) = fd;
    }
}

}  // namespace lambent::sandbox
