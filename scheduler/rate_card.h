#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lambent::scheduler {

// What AWS charges for the things that are metered here, in US dollars (us-east-1, lambda-facts
// section 10). Monthly volume tiers and the free tier are left out: a single invocation is priced
// at the first tier. The file can be edited; keys that are left out keep their default.
struct RateCard {
    double x86_64_usd_per_gb_second = 0.0000166667;
    double arm64_usd_per_gb_second = 0.0000133334;
    // Of invocations on provisioned environments, beside what keeping those costs.
    double x86_64_provisioned_usd_per_gb_second = 0.0000097222;
    double arm64_provisioned_usd_per_gb_second = 0.0000077778;
    double usd_per_million_requests = 0.20;
    // Of keeping provisioned environments.
    double x86_64_provisioning_usd_per_gb_second = 0.0000041667;
    // /tmp beyond 512 MB.
    double ephemeral_storage_usd_per_gb_second = 0.0000000309;
    // An asynchronous event is one request for its first bytes and one more for each further step.
    std::uint64_t async_first_request_bytes = 262'144;
    std::uint64_t async_further_request_bytes = 65'536;

    // kInvalidArgument for anything but an object of the keys above (subject: the key) with
    // numbers that are not negative.
    static Result<RateCard> parse(std::string_view json);
    std::string to_json() const;
};

}  // namespace lambent::scheduler
