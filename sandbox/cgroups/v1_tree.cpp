#include "sandbox/cgroups/v1_tree.h"

#include "sandbox/cgroups/control_file.h"
#include "sandbox/cgroups/members.h"
#include "sandbox/cgroups/unified_group.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace lambent::sandbox {
namespace {

const std::vector<std::string> kV1Controllers{"memory", "cpu", "cpuacct", "pids"};
constexpr const char* kFreezer = "freezer";
constexpr const char* kPeak = "memory.max_usage_in_bytes";
constexpr const char* kProcessorTime = "cpuacct.usage";

using Directories = std::map<std::string, UniqueFd>;

// The files of one group that a launch and a claim write.
struct V1Files {
    UniqueFd memory_limit;
    UniqueFd swap_limit;  // none where swap is not counted
    UniqueFd memory_peak;
    UniqueFd processes_max;
    UniqueFd cpu_quota;
    UniqueFd cpu_idle;  // none in kernels before 5.15
};
Result<V1Files> open_v1_files(const Directories& at);

class V1Group final : public CellGroup {
  public:
    V1Group(GroupLibrary library, std::string name, Directories directories)
        : library_(std::move(library)),
          name_(std::move(name)),
          directories_(std::move(directories)) {}
    ~V1Group() override;

    Result<void> watch_memory();
    void freeze_by(UnifiedGroup unified) { unified_.emplace(std::move(unified)); }

    Result<void> apply(const CellLimits& limits) override;
    void reset_peak() override;
    Result<void> prepare() override;
    void rest() override { files_.reset(); }
    int birth_directory() const override { return unified_ ? unified_->directory() : -1; }
    Result<std::vector<UniqueFd>> open_entries() const override;
    Result<ControlFiles> open_controls() const override;
    int memory_event() const override { return oom_event_.get(); }
    std::uint32_t memory_event_mask() const override { return EPOLLIN; }
    bool ran_out_of_memory() override;
    void thaw() override;
    bool kill_members() override;
    CellUsage usage() const override;
    bool recycle() override;

  private:
    int directory(const char* controller) const { return directories_.at(controller).get(); }
    Result<void> limit_memory(std::uint64_t bytes) const;

    GroupLibrary library_;
    std::string name_;
    Directories directories_;
    std::optional<V1Files> files_;
    std::optional<CellLimits> applied_;
    UniqueFd oom_event_;
    std::optional<UnifiedGroup> unified_;  // else v1's own freezer
    bool out_of_memory_ = false;
};

// Page cache that is still charged would keep the removed group alive in the kernel.
V1Group::~V1Group() {
    static_cast<void>(write_control_at(directory("memory"), "memory.force_empty", "0"));
    std::vector<std::string> controllers;
    for (const auto& [controller, place] : directories_) {
        controllers.push_back(controller);
    }
    static_cast<void>(library_.remove(name_, controllers));
}

// `tasks`, not cgroup.procs: a single-threaded process that enters by it does not take the lock
// for which a move by pid waits.
Result<std::vector<UniqueFd>> V1Group::open_entries() const {
    std::vector<UniqueFd> entries;
    for (const auto& [controller, place] : directories_) {
        LAMBENT_TRY(UniqueFd entry, open_control(place.get(), "tasks", O_WRONLY));
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<void> V1Group::watch_memory() {
    LAMBENT_TRY(
        const UniqueFd control, open_control(directory("memory"), "memory.oom_control", O_RDONLY)
    );
    oom_event_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const std::string pair = std::to_string(oom_event_.get()) + " " + std::to_string(control.get());
    return write_control_at(directory("memory"), "cgroup.event_control", pair);
}

Result<void> V1Group::prepare() {
    if (!files_) {
        LAMBENT_TRY(files_, open_v1_files(directories_));
    }
    return {};
}

// memory.limit must never stand above memory.memsw.limit: open both ends first.
Result<void> V1Group::limit_memory(std::uint64_t bytes) const {
    const std::string memory = std::to_string(bytes);
    if (files_->swap_limit) {
        LAMBENT_TRY(write_control(files_->swap_limit.get(), "-1", "memory.memsw.limit_in_bytes"));
    }
    LAMBENT_TRY(write_control(files_->memory_limit.get(), memory, "memory.limit_in_bytes"));
    if (files_->swap_limit) {
        return write_control(files_->swap_limit.get(), memory, "memory.memsw.limit_in_bytes");
    }
    return {};
}

Result<void> V1Group::apply(const CellLimits& limits) {
    LAMBENT_TRY(prepare());
    const std::optional<CellLimits> before = std::exchange(applied_, std::nullopt);
    if (!before || before->memory_bytes != limits.memory_bytes) {
        LAMBENT_TRY(limit_memory(limits.memory_bytes));
    }
    if (!before || before->processes_max != limits.processes_max) {
        const std::string processes = std::to_string(limits.processes_max);
        LAMBENT_TRY(write_control(files_->processes_max.get(), processes, "pids.max"));
    }
    if (!before || before->precedence != limits.precedence) {
        LAMBENT_TRY(write_precedence(files_->cpu_idle, limits.precedence));
    }
    if (!before || before->cpu.micro_cores != limits.cpu.micro_cores) {
        const std::string quota = cpu_limit_text(limits.cpu, CgroupDialect::kV1);
        LAMBENT_TRY(write_control(files_->cpu_quota.get(), quota, "cpu.cfs_quota_us"));
    }
    applied_ = limits;
    return {};
}

void V1Group::reset_peak() {
    if (prepare().has_value()) {
        static_cast<void>(write_control(files_->memory_peak.get(), "0", kPeak));
    }
}

Result<ControlFiles> V1Group::open_controls() const {
    ControlFiles files;
    LAMBENT_TRY(files[0], open_control(directory("cpu"), "cpu.cfs_quota_us", O_WRONLY));
    if (unified_) {
        LAMBENT_TRY(files[1], open_control(unified_->directory(), "cgroup.freeze", O_WRONLY));
    } else {
        LAMBENT_TRY(files[1], open_control(directory(kFreezer), "freezer.state", O_WRONLY));
    }
    LAMBENT_TRY(files[2], open_control(directory("memory"), kPeak, O_RDONLY));
    LAMBENT_TRY(files[3], open_control(directory("cpuacct"), kProcessorTime, O_RDONLY));
    return files;
}

bool V1Group::ran_out_of_memory() {
    std::uint64_t times = 0;
    if (::read(oom_event_.get(), &times, sizeof(times)) == sizeof(times) && times > 0) {
        out_of_memory_ = true;
    }
    return out_of_memory_;
}

void V1Group::thaw() {
    static_cast<void>(
        unified_ ? write_control_at(unified_->directory(), "cgroup.freeze", "0")
                 : write_control_at(directory(kFreezer), "freezer.state", "THAWED")
    );
}

bool V1Group::kill_members() {
    thaw();
    const auto left = kill_group_members(directory("pids"));
    return left.has_value() && *left == 0;
}

CellUsage V1Group::usage() const {
    return parse_usage(
        read_control_at(directory("memory"), kPeak),
        read_control_at(directory("cpuacct"), kProcessorTime),
        CgroupDialect::kV1
    );
}

bool V1Group::recycle() {
    thaw();
    applied_.reset();
    const int memory = directory("memory");
    const bool clean = write_control_at(directory("cpu"), "cpu.cfs_quota_us", "-1").has_value() &&
                       write_control_at(memory, "memory.force_empty", "0").has_value() &&
                       write_control_at(memory, kPeak, "0").has_value() &&
                       write_control_at(directory("cpuacct"), kProcessorTime, "0").has_value() &&
                       prepare().has_value();
    static_cast<void>(ran_out_of_memory());  // drains the event
    out_of_memory_ = false;
    return clean;
}

Result<V1Files> open_v1_files(const Directories& at) {
    V1Files files;
    const int memory = at.at("memory").get();
    LAMBENT_TRY(files.memory_limit, open_control(memory, "memory.limit_in_bytes", O_WRONLY));
    LAMBENT_TRY(files.swap_limit, open_if_there(memory, "memory.memsw.limit_in_bytes", O_WRONLY));
    LAMBENT_TRY(files.memory_peak, open_control(memory, kPeak, O_WRONLY));
    LAMBENT_TRY(files.processes_max, open_control(at.at("pids").get(), "pids.max", O_WRONLY));
    LAMBENT_TRY(files.cpu_quota, open_control(at.at("cpu").get(), "cpu.cfs_quota_us", O_WRONLY));
    LAMBENT_TRY(files.cpu_idle, open_if_there(at.at("cpu").get(), "cpu.idle", O_WRONLY));
    return files;
}

}  // namespace

Result<std::unique_ptr<CgroupTree>> V1Tree::open(
    GroupLibrary library, const std::string& unified, std::string parent
) {
    std::unique_ptr<V1Tree> tree(new V1Tree(std::move(library), std::move(parent)));
    tree->try_unified(unified);
    tree->controllers_ = kV1Controllers;
    if (tree->unified_parent_.empty()) {
        tree->controllers_.insert(tree->controllers_.begin(), kFreezer);  // thawed before killing
    }
    for (const std::string& controller : tree->controllers_) {
        LAMBENT_TRY(tree->mounts_[controller], tree->library_.mount_point(controller));
    }
    return std::unique_ptr<CgroupTree>(std::move(tree));
}

// It may be mounted read-only, or older than its freezer.
void V1Tree::try_unified(const std::string& unified) {
    if (unified.empty()) {
        return;
    }
    const std::string parent = unified + "/" + parent_;
    UnifiedGroup::sweep(parent);
    if (UnifiedGroup::make(parent + "/trial").has_value()) {
        unified_parent_ = parent;
    }
}

std::string V1Tree::path(const std::string& controller, const std::string& name) const {
    return mounts_.at(controller) + "/" + name;
}

Result<std::unique_ptr<CellGroup>> V1Tree::make(const std::string& name) {
    GroupLibrary::Controllers controllers;
    for (const std::string& controller : controllers_) {
        controllers[controller];
    }
    controllers["cpu"]["cpu.cfs_period_us"] = std::to_string(kCpuPeriod.count());
    const std::string full = parent_ + "/" + name;
    LAMBENT_TRY(library_.make(full, controllers));
    Directories directories;
    for (const std::string& controller : controllers_) {
        LAMBENT_TRY(directories[controller], open_directory(path(controller, full)));
    }
    auto group = std::make_unique<V1Group>(library_, full, std::move(directories));
    LAMBENT_TRY(group->prepare());
    LAMBENT_TRY(group->watch_memory());
    if (!unified_parent_.empty()) {
        LAMBENT_TRY(UnifiedGroup unified, UnifiedGroup::make(unified_parent_ + "/" + name));
        group->freeze_by(std::move(unified));
    }
    return std::unique_ptr<CellGroup>(std::move(group));
}

// A process that v1's freezer holds does not die before it is thawed.
Result<void> V1Tree::kill_leftover(const std::string& name) const {
    for (const std::string& controller : controllers_) {
        const auto place = open_directory(path(controller, name));
        if (place.has_error()) {
            continue;
        }
        if (controller == kFreezer) {
            LAMBENT_TRY(write_control_at(place->get(), "freezer.state", "THAWED"));
        }
        if (!kill_until_empty(place->get())) {
            return Error(Code::kInternal, "cgroup", "processes of " + name + " do not die");
        }
    }
    return {};
}

Result<std::size_t> V1Tree::sweep() {
    if (!unified_parent_.empty()) {
        UnifiedGroup::sweep(unified_parent_);
    }
    const std::vector<std::string> names = child_groups(path("memory", parent_));
    for (const std::string& name : names) {
        LAMBENT_TRY(kill_leftover(parent_ + "/" + name));
    }
    LAMBENT_TRY(library_.remove(parent_, controllers_));
    return names.size();
}

}  // namespace lambent::sandbox
