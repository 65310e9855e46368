#pragma once

#include "base/result.h"
#include "base/sql/passing_error.h"

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace lambent::sql {

// Remembers the first failure after which nothing may be acknowledged any more, and tells whoever
// ends the process, once. Shared by the writer and the readers of one driver; any thread.
class FatalLatch {
  public:
    explicit FatalLatch(std::function<void(const Error&)> on_fatal)
        : on_fatal_(std::move(on_fatal)) {}

    void trip(const Error& first) {
        {
            const std::lock_guard lock(mutex_);
            if (tripped_) {
                return;
            }
            tripped_ = first;
        }
        if (on_fatal_) {
            on_fatal_(first);
        }
    }

    // What everything that comes afterwards is answered with.
    std::optional<Error> refusal() const {
        const std::lock_guard lock(mutex_);
        if (!tripped_) {
            return std::nullopt;
        }
        return Error(
            Code::kUnavailable, kFailedForGood, "the database has failed: " + tripped_->message()
        );
    }

  private:
    std::function<void(const Error&)> on_fatal_;
    mutable std::mutex mutex_;
    std::optional<Error> tripped_;
};

}  // namespace lambent::sql
