#include "api/s3/policy_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/s3_errors.h"
#include "api/wire/xml.h"

#include <utility>

namespace lambent::api::s3 {

Task<Answer<std::string>> PolicyOperations::stored(const S3Call& call) {
    auto reading = store_.setting(call.bucket(), kPolicySetting);
    LAMBENT_CO_TRY(const auto text, in_s3(co_await std::move(reading)));
    if (!text) {
        AwsError none(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
        none.with("BucketName", call.bucket());
        co_return none;
    }
    co_return *text;
}

Task<Answer<http::Response>> PolicyOperations::put(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(BucketPolicy::parse(text, call.bucket()));
    auto setting = store_.set_setting(call.bucket(), kPolicySetting, text);
    LAMBENT_CO_TRY(in_s3(co_await std::move(setting)));
    guard_.forget(call.bucket());
    co_return empty_response(204);
}

Task<Answer<http::Response>> PolicyOperations::get(S3Call call) {
    LAMBENT_CO_TRY(std::string text, co_await stored(call));
    http::Response response;
    response.headers.set("Content-Type", "application/json");
    response.body = std::move(text);
    co_return response;
}

Task<Answer<http::Response>> PolicyOperations::status(S3Call call) {
    LAMBENT_CO_TRY(const std::string text, co_await stored(call));
    LAMBENT_CO_TRY(const BucketPolicy policy, BucketPolicy::parse(text, call.bucket()));
    XmlWriter xml;
    xml.open("PolicyStatus", kNamespace);
    xml.leaf("IsPublic", policy.is_public() ? "true" : "false");
    xml.close();
    co_return xml_response(xml.take());
}

Task<Answer<http::Response>> PolicyOperations::erase(S3Call call) {
    auto erasing = store_.erase_setting(call.bucket(), kPolicySetting);
    LAMBENT_CO_TRY(in_s3(co_await std::move(erasing)));
    guard_.forget(call.bucket());
    co_return empty_response(204);
}

}  // namespace lambent::api::s3
