#include "api/s3/access_guard.h"

#include <memory>
#include <utility>

namespace lambent::api::s3 {
namespace {

std::shared_ptr<const BucketPolicy> parsed_policy(
    const std::string& text, const std::string& bucket
) {
    auto policy = BucketPolicy::parse(text, bucket);
    return policy.has_error() ? nullptr
                              : std::make_shared<const BucketPolicy>(std::move(policy).value());
}

AwsError access_denied() {
    return AwsError(403, "AccessDenied", "Access Denied");
}

}  // namespace

AccessGuard::AccessGuard(const S3Ports& ports, const S3Config& config)
    : store_(ports.store),
      clock_(ports.clock),
      config_(config),
      policies_(ports.store, kPolicySetting, parsed_policy) {}

Task<Answer<void>> AccessGuard::check(const S3Call& call, Operation operation) {
    const Asker asker = asker_of(call.request.principal);
    const std::string_view action = action_of(operation, call);
    if (call.bucket().empty() || action.empty()) {
        // A batch is looked at object by object; the rest is the owner's.
        const bool may = asker != Asker::kAnybody || operation == Operation::kDeleteObjects;
        co_return may ? Answer<void>() : Answer<void>(access_denied());
    }
    if (asker == Asker::kOwner && is_about_policy(operation)) {
        co_return Answer<void>();
    }
    const triggers::ObjectPath path = call.path();
    co_return co_await check_object(call, path, action);
}

Task<Answer<void>> AccessGuard::check_object(
    const S3Call& call, triggers::ObjectPath path, std::string_view action
) {
    const bool needs_leave = asker_of(call.request.principal) == Asker::kAnybody;
    const Access access = co_await decide(call, std::move(path), action);
    const bool may = needs_leave ? access == Access::kAllowed : access != Access::kDenied;
    co_return may ? Answer<void>() : Answer<void>(access_denied());
}

Task<bool> AccessGuard::may_know_absence(const S3Call& call) {
    const triggers::ObjectPath whole{call.bucket(), ""};
    const Answer<void> checked = co_await check_object(call, whole, "s3:ListBucket");
    co_return checked.has_value();
}

Task<Access> AccessGuard::decide(
    const S3Call& call, triggers::ObjectPath path, std::string_view action
) {
    const auto policy = co_await policies_.find(path.bucket);
    if (policy.has_error()) {
        // No bucket, no secret: the operation says so. Anything else must not open a door.
        co_return policy.error().subject() == "bucket" ? Access::kAllowed : Access::kDenied;
    }
    if (*policy == nullptr) {
        co_return Access::kUnmentioned;
    }
    AccessRequest request = access_request(call, path, action, config_, clock_.wall_now());
    if ((*policy)->asks_for_tags() && !path.key.empty()) {
        const auto object = co_await store_.head(path);
        if (object.has_value()) {
            for (const auto& [key, value] : object->tags) {
                request.context["s3:existingobjecttag/" + lower_case(key)] = value;
            }
        }
    }
    co_return (*policy)->decide(request);
}

}  // namespace lambent::api::s3
