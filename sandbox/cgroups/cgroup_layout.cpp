#include "sandbox/cgroups/cgroup_layout.h"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <vector>

namespace lambent::sandbox {
namespace {

struct Mount {
    std::string point;
    std::string type;
    std::vector<std::string> options;  // of the superblock: v1 names its controllers there
};

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);) {
        parts.push_back(std::move(part));
    }
    return parts;
}

// id parent device root POINT options [tags] - TYPE source SUPER
std::vector<Mount> parse_mounts(std::string_view mountinfo) {
    std::vector<Mount> mounts;
    std::istringstream lines{std::string(mountinfo)};
    for (std::string line; std::getline(lines, line);) {
        const std::vector<std::string> words = split(line, ' ');
        const auto dash = std::find(words.begin(), words.end(), "-");
        if (words.size() < 5 || std::distance(dash, words.end()) < 4) {
            continue;
        }
        mounts.push_back({words[4], dash[1], split(dash[3], ',')});
    }
    return mounts;
}

bool has_all(const std::set<std::string>& offered) {
    constexpr std::array<const char*, 3> kNeeded{"memory", "cpu", "pids"};
    return std::all_of(kNeeded.begin(), kNeeded.end(), [&](const char* one) {
        return offered.contains(one);
    });
}

}  // namespace

std::string find_unified(std::string_view mountinfo) {
    for (const Mount& mount : parse_mounts(mountinfo)) {
        if (mount.type == "cgroup2") {
            return mount.point;
        }
    }
    return {};
}

Result<CgroupLayout> detect_layout(
    std::string_view mountinfo, std::string_view unified_controllers
) {
    CgroupLayout layout;
    layout.unified = find_unified(mountinfo);
    std::set<std::string> v1;
    for (const Mount& mount : parse_mounts(mountinfo)) {
        if (mount.type == "cgroup") {
            v1.insert(mount.options.begin(), mount.options.end());
        }
    }
    if (has_all(v1) && v1.contains("freezer") && v1.contains("cpuacct")) {
        layout.dialect = CgroupDialect::kV1;
        return layout;
    }
    std::set<std::string> v2;
    std::istringstream words{std::string(unified_controllers)};
    for (std::string word; words >> word;) {
        v2.insert(word);
    }
    if (!layout.unified.empty() && has_all(v2)) {
        layout.dialect = CgroupDialect::kV2;
        return layout;
    }
    return Error(
        Code::kUnavailable,
        "cgroup",
        "no control groups with the memory, cpu and pids controllers are mounted: "
        "lambent cannot limit functions on this machine"
    );
}

}  // namespace lambent::sandbox
