#include "sandbox/cgroups/cgroup_tree.h"

#include "sandbox/cgroups/cgroup_layout.h"
#include "sandbox/cgroups/control_file.h"
#include "sandbox/cgroups/group_directory.h"
#include "sandbox/cgroups/v1_tree.h"
#include "sandbox/cgroups/v2_tree.h"

#include <fcntl.h>

namespace lambent::sandbox {

CellUsage parse_usage(
    const Result<std::string>& peak, const Result<std::string>& cpu, CgroupDialect dialect
) {
    CellUsage usage;
    if (peak.has_value()) {
        if (const auto bytes = parse_bytes(*peak); bytes.has_value()) {
            usage.memory_peak_bytes = *bytes;
        }
    }
    if (cpu.has_value()) {
        if (const auto time = parse_cpu_time(*cpu, dialect); time.has_value()) {
            usage.cpu_time = *time;
        }
    }
    return usage;
}

Result<void> write_precedence(const UniqueFd& cpu_idle, Precedence precedence) {
    if (!cpu_idle) {
        return {};
    }
    return write_control(cpu_idle.get(), precedence == Precedence::kYields ? "1" : "0", "cpu.idle");
}

Result<std::unique_ptr<CgroupTree>> CgroupTree::open(const std::string& instance) {
    LAMBENT_TRY(const std::string mountinfo, read_control_at(AT_FDCWD, "/proc/self/mountinfo"));
    std::string offered;
    if (const std::string unified = find_unified(mountinfo); !unified.empty()) {
        LAMBENT_TRY(offered, read_control_at(AT_FDCWD, (unified + "/cgroup.controllers").c_str()));
    }
    LAMBENT_TRY(CgroupLayout layout, detect_layout(mountinfo, offered));
    LAMBENT_TRY(GroupLibrary library, GroupLibrary::load());
    std::string parent = "lambent-" + instance;
    if (layout.dialect == CgroupDialect::kV1) {
        return V1Tree::open(std::move(library), layout.unified, std::move(parent));
    }
    return V2Tree::open(std::move(library), std::move(layout.unified), std::move(parent));
}

}  // namespace lambent::sandbox
