#include "sandbox/cgroups/cgroup_layout.h"

#include <catch2/catch.hpp>

using lambent::Code;
using lambent::sandbox::CgroupDialect;
using lambent::sandbox::detect_layout;
using lambent::sandbox::find_unified;

namespace {

constexpr const char* kUnified = R"(22 29 0:21 / /proc rw,nosuid shared:5 - proc proc rw
23 29 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw
30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
)";

constexpr const char* kHybrid = R"(31 23 0:28 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
)";

constexpr const char* kJoined =
    R"(32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:3 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw shared:4 - cgroup cgroup rw,memory
37 31 0:34 / /sys/fs/cgroup/freezer rw shared:6 - cgroup cgroup rw,freezer
39 31 0:36 / /sys/fs/cgroup/pids rw shared:8 - cgroup cgroup rw,pids
)";

}  // namespace

TEST_CASE("Layout is v2 where the unified hierarchy has the controllers", "[sandbox][Cgroups]") {
    const auto layout = detect_layout(kUnified, "cpuset cpu io memory hugetlb pids rdma misc\n");
    REQUIRE(layout.has_value());
    CHECK(layout->dialect == CgroupDialect::kV2);
    CHECK(layout->unified == "/sys/fs/cgroup");
}

TEST_CASE("Layout is v1 beside a unified hierarchy without controllers", "[sandbox][Cgroups]") {
    const auto layout = detect_layout(kHybrid, "");
    REQUIRE(layout.has_value());
    CHECK(layout->dialect == CgroupDialect::kV1);
    CHECK(layout->unified == "/sys/fs/cgroup/unified");
}

TEST_CASE("Layout is v1 with controllers that share a mount", "[sandbox][Cgroups]") {
    const auto layout = detect_layout(kJoined, "");
    REQUIRE(layout.has_value());
    CHECK(layout->dialect == CgroupDialect::kV1);
    CHECK(layout->unified.empty());
    CHECK(find_unified(kJoined).empty());
}

TEST_CASE("Layout is an error that says what is missing", "[sandbox][Cgroups]") {
    for (const auto& layout :
         {detect_layout("", ""),
          detect_layout(kUnified, "io misc\n"),
          detect_layout("garbage\n- - -\n1 2 3 4 5 6 -\n", "")}) {
        REQUIRE(layout.has_error());
        CHECK(layout.error().code() == Code::kUnavailable);
        CHECK(layout.error().message().find("memory, cpu and pids") != std::string::npos);
    }
}
