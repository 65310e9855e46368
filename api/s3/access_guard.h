#pragma once

#include "api/s3/access_request.h"
#include "api/s3/s3_ports.h"
#include "api/s3/setting_cache.h"

#include <string_view>

namespace lambent::api::s3 {

inline constexpr char kPolicySetting[] = "policy";

// Decides who may do what, by the bucket's policy: the owner and functions may do what is not
// denied, everybody else what is allowed. Owned by the service; event loop's thread only.
class AccessGuard {
  public:
    AccessGuard(const S3Ports& ports, const S3Config& config);

    // AccessDenied, or nothing. Buckets that there are not have no policy.
    Task<Answer<void>> check(const S3Call& call, Operation operation);
    // One action on one object, for operations that touch several.
    Task<Answer<void>> check_object(
        const S3Call& call, triggers::ObjectPath path, std::string_view action
    );
    // Whether who asks may learn that an object is not there.
    Task<bool> may_know_absence(const S3Call& call);
    void forget(const std::string& bucket) { policies_.forget(bucket); }

  private:
    Task<Access> decide(const S3Call& call, triggers::ObjectPath path, std::string_view action);

    triggers::ObjectStore& store_;
    const Clock& clock_;
    const S3Config& config_;
    SettingCache<BucketPolicy> policies_;
};

}  // namespace lambent::api::s3
