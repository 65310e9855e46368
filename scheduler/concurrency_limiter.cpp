#include "scheduler/concurrency_limiter.h"

#include <algorithm>

namespace lambent::scheduler {
namespace {

Error throttled(const char* reason) {
    return Error(Code::kThrottled, reason, "Rate Exceeded.");
}

std::uint32_t left_of(std::uint32_t whole, std::uint32_t part) {
    return whole - std::min(whole, part);
}

// What a function takes out of the account's slots. Provisioned slots lie within a reservation.
std::uint32_t claim_of(const FunctionShare& share) {
    return share.reserved ? *share.reserved : share.provisioned;
}

}  // namespace

ConcurrencySlot::~ConcurrencySlot() {
    if (limiter_ != nullptr) {
        limiter_->give_back(*this);
    }
}

ConcurrencyLimiter::ConcurrencyLimiter(Limits limits)
    : limits_(limits), account_rate_(rate_for(limits.account_slots)) {}

TokenBucket::Rate ConcurrencyLimiter::rate_for(std::uint32_t slots) const {
    const double per_second = static_cast<double>(slots) * limits_.requests_per_slot;
    return {per_second, per_second};
}

// The bare name is looked up only where some function has a setting of its own: most have none.
Result<ConcurrencySlot> ConcurrencyLimiter::acquire(
    const std::string& function, const std::string& version, Delivery delivery, SteadyTime now
) {
    const auto found = functions_.find(function);
    FunctionShare* const share = found == functions_.end() ? nullptr : &found->second;
    if (share != nullptr && share->provisioned > 0) {
        if (VersionShare* const provisioned = provisioned_slot(version, delivery, now)) {
            provisioned->taken += 1;
            provisioned->peak = std::max(provisioned->peak, provisioned->taken);
            taken_ += 1;
            return ConcurrencySlot(*this, share, provisioned);
        }
    }
    if (share != nullptr && share->reserved) {
        return acquire_reserved(*share, delivery, now);
    }
    return acquire_of_account(delivery, now);
}

VersionShare* ConcurrencyLimiter::provisioned_slot(
    const std::string& version, Delivery delivery, SteadyTime now
) {
    const auto found = versions_.find(version);
    if (found == versions_.end() || found->second.taken >= found->second.provisioned) {
        return nullptr;
    }
    return begins_in_time(*found->second.rate, delivery, now) ? &found->second : nullptr;
}

Result<ConcurrencySlot> ConcurrencyLimiter::acquire_reserved(
    FunctionShare& share, Delivery delivery, SteadyTime now
) {
    if (share.reserved_taken >= left_of(*share.reserved, share.provisioned)) {
        return throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
    }
    if (!begins_in_time(*share.rate, delivery, now)) {
        return throttled("ReservedFunctionInvocationRateLimitExceeded");
    }
    share.reserved_taken += 1;
    taken_ += 1;
    return ConcurrencySlot(*this, &share, nullptr);
}

Result<ConcurrencySlot> ConcurrencyLimiter::acquire_of_account(Delivery delivery, SteadyTime now) {
    if (account_taken_ >= left_of(limits_.account_slots, claimed_)) {
        return throttled("ConcurrentInvocationLimitExceeded");
    }
    if (!begins_in_time(account_rate_, delivery, now)) {
        return throttled("CallerRateLimitExceeded");
    }
    account_taken_ += 1;
    taken_ += 1;
    return ConcurrencySlot(*this, nullptr, nullptr);
}

bool ConcurrencyLimiter::begins_in_time(TokenBucket& rate, Delivery delivery, SteadyTime now)
    const {
    return delivery == Delivery::kAsync || limits_.requests_per_slot == 0 || rate.take(now);
}

void ConcurrencyLimiter::give_back(const ConcurrencySlot& slot) {
    taken_ -= 1;
    if (slot.version_ != nullptr) {
        slot.version_->taken -= 1;
    } else if (slot.function_ != nullptr) {
        slot.function_->reserved_taken -= 1;
    } else {
        account_taken_ -= 1;
    }
}

void ConcurrencyLimiter::reserve(
    const std::string& function, std::optional<std::uint32_t> slots, SteadyTime now
) {
    FunctionShare& share = functions_[function];
    claimed_ -= claim_of(share);
    share.reserved = slots;
    claimed_ += claim_of(share);
    set_rates(share, now);
}

// A reservation's calls that are not provisioned, and the account's that are neither.
void ConcurrencyLimiter::set_rates(FunctionShare& share, SteadyTime now) {
    const TokenBucket::Rate rate = rate_for(left_of(share.reserved.value_or(0), share.provisioned));
    if (!share.rate) {
        share.rate.emplace(rate);
    }
    share.rate->change(rate, now);
    account_rate_.change(rate_for(left_of(limits_.account_slots, claimed_)), now);
}

void ConcurrencyLimiter::provision(
    const std::string& function, const std::string& version, std::uint32_t slots, SteadyTime now
) {
    FunctionShare& share = functions_[function];
    VersionShare& of_version = versions_[version];
    claimed_ -= claim_of(share);
    share.provisioned = share.provisioned - of_version.provisioned + slots;
    of_version.provisioned = slots;
    claimed_ += claim_of(share);
    if (!of_version.rate) {
        of_version.rate.emplace(rate_for(slots));
    }
    of_version.rate->change(rate_for(slots), now);
    set_rates(share, now);
}

std::uint32_t ConcurrencyLimiter::provisioned_taken(const std::string& version) const {
    const auto found = versions_.find(version);
    return found == versions_.end() ? 0 : found->second.taken;
}

std::uint32_t ConcurrencyLimiter::take_provisioned_peak(const std::string& version) {
    const auto found = versions_.find(version);
    return found == versions_.end() ? 0 : std::exchange(found->second.peak, found->second.taken);
}

}  // namespace lambent::scheduler
