#pragma once

#include "api/s3/bucket_policy.h"
#include "api/s3/s3_call.h"
#include "api/s3/s3_routes.h"

#include <string>
#include <string_view>

namespace lambent::api::s3 {

// Who asked, as far as access goes.
enum class Asker { kOwner, kFunction, kAnybody };
Asker asker_of(const Principal& principal);

// "s3:GetObject" and the like; empty for what no bucket policy decides about.
std::string_view action_of(Operation operation, const S3Call& call);
// Whether the owner may always do it, so that a policy can lock nobody out for good.
bool is_about_policy(Operation operation);

// What a policy is asked about an action on a key, or on the bucket if there is none.
AccessRequest access_request(
    const S3Call& call,
    const triggers::ObjectPath& path,
    std::string_view action,
    const S3Config& config,
    WallTime now
);

}  // namespace lambent::api::s3
