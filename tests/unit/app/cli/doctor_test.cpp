#include "app/cli/doctor/checks.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>

namespace lambent::cli {
namespace {

// A machine made of a few files; a healthy Debian 12 with cgroup v2 unless a test breaks it.
class InventedMachine final : public Machine {
  public:
    std::map<std::string, std::string> files{
        {"/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n"},
        {"/proc/sys/user/max_user_namespaces", "15000\n"},
        {"/proc/sys/kernel/seccomp/actions_avail", "kill_process kill_thread trap errno allow\n"},
        {"/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n"},
        {"/proc/meminfo", "MemTotal: 4000000 kB\nMemAvailable:    2000000 kB\n"},
        {"/proc/self/ns/pid", ""},
        {"/proc/self/ns/mnt", ""},
        {"/proc/self/ns/net", ""},
        {"/proc/self/ns/ipc", ""},
        {"/proc/self/ns/uts", ""},
        {"/proc/self/ns/user", ""},
    };
    std::map<std::string, std::string> versions{{"/usr/bin/python3", "Python 3.11.2"}};
    bool root = true;
    std::set<std::uint16_t> taken;
    std::uint64_t disk = 20'000'000'000;

    std::optional<std::string> read(const std::string& path) const override {
        const auto found = files.find(path);
        return found == files.end() ? std::nullopt : std::optional(found->second);
    }
    bool exists(const std::string& path) const override { return files.contains(path); }
    bool is_root() const override { return root; }
    std::optional<std::string> version_of(const std::string& program) const override {
        const auto found = versions.find(program);
        return found == versions.end() ? std::nullopt : std::optional(found->second);
    }
    bool port_is_free(std::uint16_t port) const override { return !taken.contains(port); }
    std::uint64_t free_bytes(const std::string&) const override { return disk; }
};

TEST_CASE("Doctor finds a healthy machine healthy", "[app][doctor]") {
    const InventedMachine machine;
    const std::vector<Finding> findings{
        check_kernel(machine),
        check_namespaces(machine),
        check_cgroups(machine),
        check_seccomp(machine),
        check_privileges(machine),
        check_memory(machine),
        check_python(machine),
        check_data_directory(machine, "/var/lib/lambent"),
        check_port(machine, 4566, OwnDaemon::kStopped),
    };
    for (const Finding& finding : findings) {
        INFO(finding.subject << ": " << finding.seen);
        CHECK(finding.verdict == Verdict::kOk);
        CHECK(finding.advice.empty());
        CHECK_FALSE(finding.seen.empty());
    }
    CHECK(worst_of(findings) == Verdict::kOk);
}

TEST_CASE("Doctor refuses kernels that are too old or that it cannot read", "[app][doctor]") {
    InventedMachine machine;
    machine.files["/proc/sys/kernel/osrelease"] = "5.4.0\n";
    CHECK(check_kernel(machine).verdict == Verdict::kFail);
    machine.files["/proc/sys/kernel/osrelease"] = "5.10.1\n";
    CHECK(check_kernel(machine).verdict == Verdict::kOk);
    machine.files.erase("/proc/sys/kernel/osrelease");
    CHECK(check_kernel(machine).verdict == Verdict::kFail);
}

TEST_CASE("Doctor names missing namespaces, and those that are switched off", "[app][doctor]") {
    InventedMachine machine;
    machine.files["/proc/sys/user/max_user_namespaces"] = "0\n";
    CHECK(check_namespaces(machine).advice == "sysctl -w user.max_user_namespaces=10000");
    machine.files.erase("/proc/self/ns/net");
    CHECK(check_namespaces(machine).seen == "the kernel lacks: net");
}

TEST_CASE("Doctor tells cgroup v2, v1 and hybrid apart, and what each lacks", "[app][doctor]") {
    InventedMachine machine;
    CHECK(check_cgroups(machine).seen == "v2: memory, cpu and pids can be limited");
    machine.files["/sys/fs/cgroup/cgroup.controllers"] = "cpuset cpu pids\n";
    CHECK(check_cgroups(machine).verdict == Verdict::kFail);
    CHECK(check_cgroups(machine).seen == "v2 without memory");
    machine.files.erase("/sys/fs/cgroup/cgroup.controllers");
    CHECK(check_cgroups(machine).seen == "v1 without memory cpu pids");
    machine.files["/sys/fs/cgroup/memory"] = "";
    machine.files["/sys/fs/cgroup/cpu"] = "";
    CHECK(check_cgroups(machine).verdict == Verdict::kWarn);
    machine.files["/sys/fs/cgroup/pids"] = "";
    machine.files["/sys/fs/cgroup/unified/cgroup.controllers"] = "";
    CHECK(check_cgroups(machine).verdict == Verdict::kOk);
    CHECK(check_cgroups(machine).seen.starts_with("hybrid"));
}

TEST_CASE("Doctor says what to do when something is missing", "[app][doctor]") {
    InventedMachine machine;
    machine.files.erase("/proc/sys/kernel/seccomp/actions_avail");
    machine.root = false;
    machine.files["/proc/meminfo"] = "MemAvailable: 100000 kB\n";
    machine.disk = 1'000;
    CHECK(check_seccomp(machine).verdict == Verdict::kFail);
    CHECK(check_privileges(machine).advice.find("sudo lambent up") != std::string::npos);
    CHECK(check_memory(machine).verdict == Verdict::kWarn);
    CHECK(check_data_directory(machine, "/d").verdict == Verdict::kWarn);
    CHECK(check_node(machine).advice.find("apt-get install nodejs npm") != std::string::npos);
    CHECK(check_demo(machine).verdict == Verdict::kWarn);
    CHECK(check_demo(machine).advice.find("mate-backgrounds") != std::string::npos);
}

TEST_CASE("Doctor tells a running daemon from a port that somebody else has", "[app][doctor]") {
    InventedMachine machine;
    machine.taken = {4566};
    CHECK(check_port(machine, 4566, OwnDaemon::kAnswers).verdict == Verdict::kOk);
    CHECK(check_port(machine, 4566, OwnDaemon::kStopped).verdict == Verdict::kFail);
    CHECK(check_port(machine, 4567, OwnDaemon::kStopped).verdict == Verdict::kOk);
}

TEST_CASE("Doctor's verdict is the worst of all", "[app][doctor]") {
    const Finding ok{"a", Verdict::kOk, "", ""};
    const Finding warn{"b", Verdict::kWarn, "", ""};
    const Finding fail{"c", Verdict::kFail, "", ""};
    CHECK(worst_of({}) == Verdict::kOk);
    CHECK(worst_of({ok, warn}) == Verdict::kWarn);
    CHECK(worst_of({fail, ok, warn}) == Verdict::kFail);
}

TEST_CASE("This machine answers what the doctor asks", "[app][doctor]") {
    const ThisMachine machine;
    CHECK(machine.read("/proc/sys/kernel/osrelease").has_value());
    CHECK_FALSE(machine.read("/no/such/file").has_value());
    CHECK(machine.exists("/proc"));
    CHECK(machine.version_of("/no/such/program") == std::nullopt);
    CHECK(machine.free_bytes("/tmp/not/yet/there") > 0);
}

}  // namespace
}  // namespace lambent::cli
