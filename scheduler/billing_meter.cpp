#include "scheduler/billing_meter.h"

#include <algorithm>

namespace lambent::scheduler {
namespace {

constexpr std::uint32_t kFreeStorageMb = 512;
constexpr double kMbPerGb = 1'024;

}  // namespace

std::chrono::microseconds round_for_report(std::chrono::microseconds time) {
    constexpr std::int64_t kStepUs = 10;
    return std::chrono::microseconds((time.count() + kStepUs / 2) / kStepUs * kStepUs);
}

std::int64_t billed_ms(std::chrono::microseconds duration, std::chrono::microseconds init) {
    return std::chrono::ceil<std::chrono::milliseconds>(duration + init).count();
}

std::uint64_t BillingMeter::requests_of(std::uint64_t event_bytes) const {
    const std::uint64_t further =
        event_bytes - std::min(event_bytes, card_.async_first_request_bytes);
    const std::uint64_t step = card_.async_further_request_bytes;
    return 1 + (further + step - 1) / step;
}

double BillingMeter::usd_per_gb_second(
    const InvocationRecord& record, const runtime::Function& function
) const {
    const bool is_arm = function.architecture == "arm64";
    if (record.source == StartSource::kProvisioned) {
        return is_arm ? card_.arm64_provisioned_usd_per_gb_second
                      : card_.x86_64_provisioned_usd_per_gb_second;
    }
    return is_arm ? card_.arm64_usd_per_gb_second : card_.x86_64_usd_per_gb_second;
}

void BillingMeter::meter(
    InvocationRecord& record, const runtime::Function& function, std::uint64_t event_bytes
) const {
    record.billed_ms = billed_ms(record.duration, record.init_duration);
    const double seconds = static_cast<double>(record.billed_ms) / 1'000;
    record.gb_seconds = seconds * record.memory_mb / kMbPerGb;
    const std::uint32_t storage_mb =
        function.ephemeral_storage_mb - std::min(function.ephemeral_storage_mb, kFreeStorageMb);
    const double price = usd_per_gb_second(record, function);
    record.cost_usd =
        record.gb_seconds * price +
        seconds * storage_mb / kMbPerGb * card_.ephemeral_storage_usd_per_gb_second +
        static_cast<double>(requests_of(event_bytes)) * card_.usd_per_million_requests / 1'000'000;
}

}  // namespace lambent::scheduler
