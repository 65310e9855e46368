#include "app/cli/doctor/checks.h"

#include "app/cli/terminal/format.h"

#include <algorithm>
#include <sstream>

namespace lambent::cli {
namespace {

constexpr char kCgroupRoot[] = "/sys/fs/cgroup";

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

bool has_word(const std::string& text, const std::string& word) {
    std::istringstream words(text);
    for (std::string one; words >> one;) {
        if (one == word) {
            return true;
        }
    }
    return false;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

Finding interpreter(
    const Machine& machine, const char* subject, const char* path, const char* packages
) {
    if (const auto version = machine.version_of(path)) {
        return {subject, Verdict::kOk, *version + " (" + path + ")", ""};
    }
    return {
        subject,
        Verdict::kWarn,
        std::string(path) + " is not there",
        std::string("functions in this language cannot run — apt-get install ") + packages};
}

Finding cgroup_verdict(const std::string& mode, const std::vector<std::string>& missing) {
    if (missing.empty()) {
        return {"cgroups", Verdict::kOk, mode + ": memory, cpu and pids can be limited", ""};
    }
    const bool memory = missing.front() == "memory";
    return {
        "cgroups",
        memory ? Verdict::kFail : Verdict::kWarn,
        mode + " without " + joined(missing),
        "enable the controller (kernel command line cgroup_enable=memory, or delegate it); "
        "without it that limit cannot be enforced"};
}

}  // namespace

Finding check_kernel(const Machine& machine) {
    const std::string release = first_line(machine.read("/proc/sys/kernel/osrelease").value_or(""));
    int major = 0;
    int minor = 0;
    char dot = 0;
    std::istringstream(release) >> major >> dot >> minor;
    if (major > 5 || (major == 5 && minor >= 10)) {
        return {"kernel", Verdict::kOk, "Linux " + release, ""};
    }
    return {
        "kernel", Verdict::kFail, "Linux " + release, "5.10 or newer is needed; Debian 12 has 6.1"};
}

Finding check_namespaces(const Machine& machine) {
    std::vector<std::string> missing;
    for (const char* name : {"pid", "mnt", "net", "ipc", "uts", "user"}) {
        if (!machine.exists(std::string("/proc/self/ns/") + name)) {
            missing.emplace_back(name);
        }
    }
    if (!missing.empty()) {
        return {
            "namespaces",
            Verdict::kFail,
            "the kernel lacks: " + joined(missing),
            "use a kernel that has them; Debian's has"};
    }
    const auto most = machine.read("/proc/sys/user/max_user_namespaces");
    if (most && first_line(*most) == "0") {
        return {
            "namespaces",
            Verdict::kFail,
            "user namespaces are switched off",
            "sysctl -w user.max_user_namespaces=10000"};
    }
    return {"namespaces", Verdict::kOk, "pid mnt net ipc uts user", ""};
}

Finding check_cgroups(const Machine& machine) {
    const std::string root = kCgroupRoot;
    std::vector<std::string> missing;
    if (const auto controllers = machine.read(root + "/cgroup.controllers")) {
        for (const char* name : {"memory", "cpu", "pids"}) {
            if (!has_word(*controllers, name)) {
                missing.emplace_back(name);
            }
        }
        return cgroup_verdict("v2", missing);
    }
    for (const char* name : {"memory", "cpu", "pids"}) {
        if (!machine.exists(root + "/" + name)) {
            missing.emplace_back(name);
        }
    }
    const bool hybrid = machine.exists(root + "/unified/cgroup.controllers");
    return cgroup_verdict(hybrid ? "hybrid (v1 limits, v2 beside it)" : "v1", missing);
}

Finding check_seccomp(const Machine& machine) {
    const auto actions = machine.read("/proc/sys/kernel/seccomp/actions_avail");
    if (actions && has_word(*actions, "errno") && has_word(*actions, "kill_process")) {
        return {"seccomp", Verdict::kOk, "filters available", ""};
    }
    return {
        "seccomp",
        Verdict::kFail,
        "the kernel has no seccomp filters",
        "use a kernel with CONFIG_SECCOMP_FILTER; Debian's has it"};
}

Finding check_privileges(const Machine& machine) {
    if (machine.is_root()) {
        return {"privileges", Verdict::kOk, "root", ""};
    }
    return {
        "privileges",
        Verdict::kWarn,
        "not root",
        "the launcher needs root to make cells — start the daemon with: sudo lambent up"};
}

Finding check_memory(const Machine& machine) {
    const std::string text = machine.read("/proc/meminfo").value_or("");
    const auto at = text.find("MemAvailable:");
    std::uint64_t kilobytes = 0;
    if (at != std::string::npos) {
        std::istringstream(text.substr(at + 13)) >> kilobytes;
    }
    const std::string seen = format_bytes(kilobytes * 1024) + " available";
    if (kilobytes >= 512 * 1024) {
        return {"memory", Verdict::kOk, seen, ""};
    }
    return {"memory", Verdict::kWarn, seen, "a few warm functions want 512 MB or more"};
}

Finding check_python(const Machine& machine) {
    return interpreter(machine, "python", "/usr/bin/python3", "python3");
}

Finding check_node(const Machine& machine) {
    return interpreter(machine, "node", "/usr/bin/node", "nodejs npm");
}

Finding check_data_directory(const Machine& machine, const std::string& directory) {
    constexpr std::uint64_t kEnough = 1'000'000'000;
    const std::uint64_t bytes = machine.free_bytes(directory);
    const std::string seen = directory + ", " + format_bytes(bytes) + " free";
    if (bytes >= kEnough) {
        return {"data", Verdict::kOk, seen, ""};
    }
    return {
        "data",
        Verdict::kWarn,
        seen,
        "functions and objects are kept there; choose a larger disk with --data DIR"};
}

Finding check_port(const Machine& machine, std::uint16_t port, OwnDaemon daemon) {
    const std::string name = std::to_string(port);
    if (daemon == OwnDaemon::kAnswers) {
        return {"daemon", Verdict::kOk, "running, and answers", ""};
    }
    if (machine.port_is_free(port)) {
        return {"daemon", Verdict::kOk, "not running; port " + name + " is free", ""};
    }
    return {
        "daemon",
        Verdict::kFail,
        "not running, and port " + name + " is taken by something else",
        "stop that, or choose another port: lambent up --port N"};
}

Finding check_demo(const Machine& machine) {
    std::vector<std::string> missing;
    const std::vector<std::pair<const char*, const char*>> needed{
        {"/usr/share/backgrounds/mate/nature", "mate-backgrounds"},
        {"/usr/lib/python3/dist-packages/PIL", "python3-pil"},
        {"/usr/lib/python3/dist-packages/boto3", "python3-boto3"},
        {"/usr/include/vips/vips8", "libvips-dev"},
        {"/usr/bin/npm", "npm"},
    };
    for (const auto& [path, package] : needed) {
        if (!machine.exists(path)) {
            missing.emplace_back(package);
        }
    }
    if (missing.empty()) {
        return {"demo", Verdict::kOk, "everything that the demo needs is installed", ""};
    }
    return {
        "demo",
        Verdict::kWarn,
        "the demo lacks: " + joined(missing),
        "apt-get install " + joined(missing) + " (make demo does it)"};
}

Verdict worst_of(const std::vector<Finding>& findings) {
    Verdict worst = Verdict::kOk;
    for (const Finding& finding : findings) {
        worst = std::max(worst, finding.verdict);
    }
    return worst;
}

}  // namespace lambent::cli
