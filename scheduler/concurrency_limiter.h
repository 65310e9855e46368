#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace lambent::scheduler {

class ConcurrencyLimiter;

// The right to have one invocation in flight; given back when it is destroyed. Move-only. The
// limiter outlives it.
class ConcurrencySlot {
  public:
    ConcurrencySlot(ConcurrencySlot&& other) noexcept
        : limiter_(std::exchange(other.limiter_, nullptr)) {}
    ConcurrencySlot& operator=(ConcurrencySlot&& other) noexcept {
        std::swap(limiter_, other.limiter_);
        return *this;
    }
    ConcurrencySlot(const ConcurrencySlot&) = delete;
    ConcurrencySlot& operator=(const ConcurrencySlot&) = delete;
    ~ConcurrencySlot();

  private:
    friend class ConcurrencyLimiter;
    explicit ConcurrencySlot(ConcurrencyLimiter& limiter) : limiter_(&limiter) {}

    ConcurrencyLimiter* limiter_;
};

// How many invocations are in flight, over all functions of the account. Owned by the Scheduler.
class ConcurrencyLimiter {
  public:
    explicit ConcurrencyLimiter(std::uint32_t slots_max) : slots_max_(slots_max) {}
    ConcurrencyLimiter(const ConcurrencyLimiter&) = delete;
    ConcurrencyLimiter& operator=(const ConcurrencyLimiter&) = delete;

    // Nothing when all slots are taken.
    std::optional<ConcurrencySlot> acquire() {
        if (taken_ >= slots_max_) {
            return std::nullopt;
        }
        taken_ += 1;
        return ConcurrencySlot(*this);
    }
    std::uint32_t taken() const { return taken_; }

  private:
    friend class ConcurrencySlot;
    std::uint32_t slots_max_;
    std::uint32_t taken_ = 0;
};

inline ConcurrencySlot::~ConcurrencySlot() {
    if (limiter_ != nullptr) {
        limiter_->taken_ -= 1;
    }
}

}  // namespace lambent::scheduler
