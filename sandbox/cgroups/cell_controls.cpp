#include "sandbox/cgroups/cell_controls.h"

#include "sandbox/cgroups/control_file.h"

#include <sched.h>

#include <algorithm>
#include <charconv>

namespace lambent::sandbox {
namespace {

constexpr std::int64_t kQuotaMin = 1'000;  // microseconds; the kernel refuses less
constexpr int kFreezeTries = 2'000;

Result<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc()) {
        return Error(Code::kInternal, "cgroup", "not a number: " + std::string(text));
    }
    return value;
}

}  // namespace

std::string cpu_limit_text(CpuLimit limit, CgroupDialect dialect) {
    const std::string period = std::to_string(kCpuPeriod.count());
    if (limit.micro_cores == 0) {
        return dialect == CgroupDialect::kV1 ? "-1" : "max " + period;
    }
    const std::int64_t share = kCpuPeriod.count() * std::int64_t{limit.micro_cores} / 1'000'000;
    const std::string quota = std::to_string(std::max(kQuotaMin, share));
    return dialect == CgroupDialect::kV1 ? quota : quota + " " + period;
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
    return parse_number(text);
}

Result<std::chrono::microseconds> parse_cpu_time(std::string_view text, CgroupDialect dialect) {
    if (dialect == CgroupDialect::kV1) {
        LAMBENT_TRY(const std::uint64_t ns, parse_number(text));
        return std::chrono::microseconds(ns / 1'000);
    }
    constexpr std::string_view kKey = "usage_usec ";
    const std::size_t at = text.find(kKey);
    if (at == std::string_view::npos) {
        return Error(Code::kInternal, "cgroup", "cpu.stat has no usage_usec");
    }
    LAMBENT_TRY(const std::uint64_t us, parse_number(text.substr(at + kKey.size())));
    return std::chrono::microseconds(us);
}

CellControls::CellControls(CgroupDialect dialect, std::array<UniqueFd, kDescriptors> files)
    : dialect_(dialect),
      cpu_limit_(std::move(files[0])),
      freezer_(std::move(files[1])),
      memory_peak_(std::move(files[2])),
      cpu_usage_(std::move(files[3])) {}

Result<void> CellControls::set_cpu(CpuLimit limit) {
    return write_control(cpu_limit_.get(), cpu_limit_text(limit, dialect_), "the cpu limit");
}

// v1 reports FREEZING until every thread has stopped, and stops again those that were woken in
// between only when it is asked; v2 needs no help.
Result<void> CellControls::freeze() {
    if (dialect_ == CgroupDialect::kV2) {
        return write_control(freezer_.get(), "1", "cgroup.freeze");
    }
    for (int i = 0; i < kFreezeTries; ++i) {
        if (i % 100 == 0) {
            LAMBENT_TRY(write_control(freezer_.get(), "FROZEN", "freezer.state"));
        }
        LAMBENT_TRY(const std::string state, read_control(freezer_.get(), "freezer.state"));
        if (state.starts_with("FROZEN")) {
            return {};
        }
        ::sched_yield();
    }
    // Each thread stops as soon as it is scheduled; on a machine this busy that may take a while,
    // and the event loop does not wait for it.
    return {};
}

Result<void> CellControls::thaw() {
    const bool v1 = dialect_ == CgroupDialect::kV1;
    return write_control(freezer_.get(), v1 ? "THAWED" : "0", "the freezer");
}

Result<std::uint64_t> CellControls::memory_peak_bytes() const {
    LAMBENT_TRY(const std::string text, read_control(memory_peak_.get(), "the memory peak"));
    return parse_bytes(text);
}

Result<std::chrono::microseconds> CellControls::cpu_time() const {
    LAMBENT_TRY(const std::string text, read_control(cpu_usage_.get(), "the cpu usage"));
    return parse_cpu_time(text, dialect_);
}

}  // namespace lambent::sandbox
