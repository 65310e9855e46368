#pragma once

#include "base/result.h"
#include "sandbox/cgroups/cell_controls.h"

#include <string>
#include <string_view>

namespace lambent::sandbox {

// Which control groups a machine offers, read from the text of /proc/self/mountinfo (libcgroup 2
// cannot tell).
struct CgroupLayout {
    CgroupDialect dialect = CgroupDialect::kV2;
    std::string unified;  // where cgroup2 is mounted; empty when it is not
};

// An Error with a sentence for a person when memory, cpu and pids cannot be limited here.
// `unified_controllers` is the text of cgroup.controllers at the root of cgroup2, or empty.
Result<CgroupLayout> detect_layout(
    std::string_view mountinfo, std::string_view unified_controllers
);
// Where cgroup2 is mounted according to the text of mountinfo; empty when it is not.
std::string find_unified(std::string_view mountinfo);

}  // namespace lambent::sandbox
