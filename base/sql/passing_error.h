#pragma once

#include "base/result.h"

namespace lambent::sql {

// The subject of what a driver answers once it has failed for good and nothing will be written any
// more: the process must end.
inline constexpr char kFailedForGood[] = "database_failed";

inline bool has_failed_for_good(const Error& error) {
    return error.subject() == kFailedForGood;
}

// Whether the same write may succeed a while later: the queue or the disk is full, a file cannot be
// opened, memory is short. A row that a constraint refuses is refused again, and so is damage.
inline bool may_pass(const Error& error) {
    switch (error.code()) {
        case Code::kThrottled:
        case Code::kUnavailable:
        case Code::kDeadline:
        case Code::kInternal:
            return !has_failed_for_good(error);
        default:
            return false;
    }
}

}  // namespace lambent::sql
