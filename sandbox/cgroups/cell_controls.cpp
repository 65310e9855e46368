#include "sandbox/cgroups/cell_controls.h"

#include "sandbox/cgroups/control_file.h"

#include <algorithm>
#include <charconv>

namespace lambent::sandbox {
namespace {

constexpr std::int64_t kQuotaMin = 1'000;  // microseconds; the kernel refuses less

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
        return dialect == CgroupDialect::kV2 ? "max " + period : "-1";
    }
    const std::int64_t share = kCpuPeriod.count() * std::int64_t{limit.micro_cores} / 1'000'000;
    const std::string quota = std::to_string(std::max(kQuotaMin, share));
    return dialect == CgroupDialect::kV2 ? quota + " " + period : quota;
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
    return parse_number(text);
}

Result<std::chrono::microseconds> parse_cpu_time(std::string_view text, CgroupDialect dialect) {
    if (dialect != CgroupDialect::kV2) {
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

// Does not wait: a thread that runs is interrupted at once, and one that does not stops before it
// runs the guest's code again, however long the processor lets it wait for that.
Result<void> CellControls::freeze() {
    const bool v1 = dialect_ == CgroupDialect::kV1;
    return write_control(freezer_.get(), v1 ? "FROZEN" : "1", "the freezer");
}

Result<void> CellControls::thaw() {
    const bool v1 = dialect_ == CgroupDialect::kV1;
    return write_control(freezer_.get(), v1 ? "THAWED" : "0", "the freezer");
}

Result<std::uint64_t> CellControls::memory_peak_bytes() const {
    LineRoom room;
    LAMBENT_TRY(
        const std::string_view text, read_line(memory_peak_.get(), room, "the memory peak")
    );
    return parse_bytes(text);
}

Result<std::chrono::microseconds> CellControls::cpu_time() const {
    LAMBENT_TRY(const std::string text, read_control(cpu_usage_.get(), "the cpu usage"));
    return parse_cpu_time(text, dialect_);
}

}  // namespace lambent::sandbox
