#include "sandbox/cgroups/v2_tree.h"

#include "sandbox/cgroups/control_file.h"
#include "sandbox/cgroups/members.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <sstream>
#include <utility>

namespace lambent::sandbox {
namespace {

const std::vector<std::string> kV2Controllers{"memory", "cpu", "pids"};
constexpr std::string_view kEnable = "+memory +cpu +pids";

// The files of one group that a launch and a claim write.
struct V2Files {
    UniqueFd memory_limit;
    UniqueFd processes_max;
    UniqueFd cpu_limit;
    UniqueFd cpu_idle;  // none in kernels before 5.15
};
Result<V2Files> open_v2_files(int group);

// The files that are held open as long as the group is.
struct Counters {
    UniqueFd memory_peak;  // the daemon has the same opening: only for that can it count anew
    UniqueFd events;       // memory.events: polled, and read to poll again
};

// Groups are used once: counters cannot be reset, and after a cgroup.kill the kernel also kills
// what is born into the group later.
class V2Group final : public CellGroup {
  public:
    V2Group(GroupLibrary library, std::string name, UniqueFd directory, Counters counters)
        : library_(std::move(library)),
          name_(std::move(name)),
          directory_(std::move(directory)),
          counters_(std::move(counters)) {}
    ~V2Group() override { static_cast<void>(library_.remove(name_, kV2Controllers)); }

    Result<void> apply(const CellLimits& limits) override;
    void reset_peak() override;
    Result<void> prepare() override;
    void rest() override { files_.reset(); }
    int birth_directory() const override { return directory_.get(); }
    Result<std::vector<UniqueFd>> open_entries() const override { return std::vector<UniqueFd>(); }
    Result<ControlFiles> open_controls() const override;
    int memory_event() const override { return counters_.events.get(); }
    std::uint32_t memory_event_mask() const override { return EPOLLPRI; }
    bool ran_out_of_memory() override;
    void thaw() override;
    bool kill_members() override;
    CellUsage usage() const override;
    bool recycle() override { return false; }

  private:
    GroupLibrary library_;
    std::string name_;
    UniqueFd directory_;
    std::optional<V2Files> files_;
    std::optional<CellLimits> applied_;
    Counters counters_;
};

Result<void> V2Group::prepare() {
    if (!files_) {
        LAMBENT_TRY(files_, open_v2_files(directory_.get()));
    }
    return {};
}

Result<void> V2Group::apply(const CellLimits& limits) {
    LAMBENT_TRY(prepare());
    const std::optional<CellLimits> before = std::exchange(applied_, std::nullopt);
    if (!before || before->memory_bytes != limits.memory_bytes) {
        const std::string memory = std::to_string(limits.memory_bytes);
        LAMBENT_TRY(write_control(files_->memory_limit.get(), memory, "memory.max"));
    }
    if (!before || before->processes_max != limits.processes_max) {
        const std::string processes = std::to_string(limits.processes_max);
        LAMBENT_TRY(write_control(files_->processes_max.get(), processes, "pids.max"));
    }
    if (!before || before->precedence != limits.precedence) {
        LAMBENT_TRY(write_precedence(files_->cpu_idle, limits.precedence));
    }
    if (!before || before->cpu.micro_cores != limits.cpu.micro_cores) {
        const std::string cpu = cpu_limit_text(limits.cpu, CgroupDialect::kV2);
        LAMBENT_TRY(write_control(files_->cpu_limit.get(), cpu, "cpu.max"));
    }
    applied_ = limits;
    return {};
}

// Refused before Linux 6.12: the peak then is that of the group's whole life.
void V2Group::reset_peak() {
    static_cast<void>(write_control(counters_.memory_peak.get(), "0", "memory.peak"));
}

Result<ControlFiles> V2Group::open_controls() const {
    const int at = directory_.get();
    ControlFiles files;
    LAMBENT_TRY(files[0], open_control(at, "cpu.max", O_WRONLY));
    LAMBENT_TRY(files[1], open_control(at, "cgroup.freeze", O_WRONLY));
    files[2] = UniqueFd(::fcntl(counters_.memory_peak.get(), F_DUPFD_CLOEXEC, 0));
    if (!files[2]) {
        return errno_error("cannot hand out memory.peak", errno);
    }
    LAMBENT_TRY(files[3], open_control(at, "cpu.stat", O_RDONLY));
    return files;
}

bool V2Group::ran_out_of_memory() {
    const auto text = read_control(counters_.events.get(), "memory.events");
    if (text.has_error()) {
        return false;
    }
    std::istringstream words(*text);
    std::string key;
    std::uint64_t count = 0;
    while (words >> key >> count) {
        if (key == "oom_kill") {
            return count > 0;
        }
    }
    return false;
}

void V2Group::thaw() {
    static_cast<void>(write_control_at(directory_.get(), "cgroup.freeze", "0"));
}

bool V2Group::kill_members() {
    static_cast<void>(write_control_at(directory_.get(), "cgroup.kill", "1"));
    const auto left = kill_group_members(directory_.get());
    return left.has_value() && *left == 0;
}

CellUsage V2Group::usage() const {
    return parse_usage(
        read_control(counters_.memory_peak.get(), "memory.peak"),
        read_control_at(directory_.get(), "cpu.stat"),
        CgroupDialect::kV2
    );
}

// Kernels before 5.19 know the current usage only.
Result<UniqueFd> open_peak(int group) {
    for (const int flags : {O_RDWR, O_RDONLY}) {
        if (auto file = open_control(group, "memory.peak", flags); file.has_value()) {
            return file;
        }
    }
    return open_control(group, "memory.current", O_RDONLY);
}

Result<V2Files> open_v2_files(int group) {
    V2Files files;
    LAMBENT_TRY(files.memory_limit, open_control(group, "memory.max", O_WRONLY));
    LAMBENT_TRY(files.processes_max, open_control(group, "pids.max", O_WRONLY));
    LAMBENT_TRY(files.cpu_limit, open_control(group, "cpu.max", O_WRONLY));
    LAMBENT_TRY(files.cpu_idle, open_if_there(group, "cpu.idle", O_WRONLY));
    return files;
}

Result<void> make_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) {
        return errno_error("cannot make control group " + path, errno);
    }
    return {};
}

// Inside a container the mount's root is an ordinary group with processes in it, and such a group
// cannot hand controllers down: they move into a group of their own beside the cells.
Result<void> move_processes_aside(const UniqueFd& root, const std::string& mount) {
    const std::string aside = mount + "/lambent-others";
    LAMBENT_TRY(make_directory(aside));
    LAMBENT_TRY(const UniqueFd target, open_directory(aside));
    LAMBENT_TRY(const std::string text, read_control_at(root.get(), "cgroup.procs"));
    std::istringstream pids(text);
    for (std::string pid; pids >> pid;) {
        // One that has ended meanwhile needs no moving.
        static_cast<void>(write_control_at(target.get(), "cgroup.procs", pid));
    }
    return {};
}

Result<void> hand_down(const std::string& mount) {
    LAMBENT_TRY(const UniqueFd root, open_directory(mount));
    if (write_control_at(root.get(), "cgroup.subtree_control", kEnable).has_value()) {
        return {};
    }
    // The hierarchy's own root has no type, and no such rule either.
    if (std::filesystem::exists(mount + "/cgroup.type")) {
        LAMBENT_TRY(move_processes_aside(root, mount));
    }
    return write_control_at(root.get(), "cgroup.subtree_control", kEnable);
}

}  // namespace

Result<std::unique_ptr<CgroupTree>> V2Tree::open(
    GroupLibrary library, std::string mount, std::string parent
) {
    std::unique_ptr<V2Tree> tree(new V2Tree(std::move(library), std::move(mount), std::move(parent))
    );
    return std::unique_ptr<CgroupTree>(std::move(tree));
}

// Controllers are handed down one level at a time, and only by groups without processes of their
// own (the root of the hierarchy excepted).
Result<void> V2Tree::make_parent() {
    if (parent_made_) {
        return {};
    }
    LAMBENT_TRY(hand_down(mount_));
    const std::string path = mount_ + "/" + parent_;
    LAMBENT_TRY(make_directory(path));
    LAMBENT_TRY(const UniqueFd parent, open_directory(path));
    LAMBENT_TRY(write_control_at(parent.get(), "cgroup.subtree_control", kEnable));
    parent_made_ = true;
    return {};
}

Result<std::unique_ptr<CellGroup>> V2Tree::make(const std::string& name) {
    LAMBENT_TRY(make_parent());
    GroupLibrary::Controllers controllers;
    controllers["memory"]["memory.oom.group"] = "1";
    controllers["cpu"];
    controllers["pids"];
    const std::string full = parent_ + "/" + name;
    const std::string path = mount_ + "/" + full;
    LAMBENT_TRY(library_.make(full, controllers));
    LAMBENT_TRY(UniqueFd directory, open_directory(path));
    if (std::filesystem::exists(path + "/memory.swap.max")) {
        LAMBENT_TRY(write_control_at(directory.get(), "memory.swap.max", "0"));
    }
    Counters counters;
    LAMBENT_TRY(counters.memory_peak, open_peak(directory.get()));
    LAMBENT_TRY(counters.events, open_control(directory.get(), "memory.events", O_RDONLY));
    auto group =
        std::make_unique<V2Group>(library_, full, std::move(directory), std::move(counters));
    LAMBENT_TRY(group->prepare());
    return std::unique_ptr<CellGroup>(std::move(group));
}

Result<std::size_t> V2Tree::sweep() {
    const std::string path = mount_ + "/" + parent_;
    const std::vector<std::string> names = child_groups(path);
    for (const std::string& name : names) {
        LAMBENT_TRY(const UniqueFd place, open_directory(path + "/" + name));
        static_cast<void>(write_control_at(place.get(), "cgroup.kill", "1"));
        if (!kill_until_empty(place.get())) {
            return Error(Code::kInternal, "cgroup", "processes of " + name + " do not die");
        }
    }
    LAMBENT_TRY(library_.remove(parent_, kV2Controllers));
    parent_made_ = false;
    return names.size();
}

}  // namespace lambent::sandbox
