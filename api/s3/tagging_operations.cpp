#include "api/s3/tagging_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/delete_marker.h"
#include "api/s3/s3_errors.h"
#include "api/s3/tag_set.h"

#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr char kTaggingSetting[] = "tagging";  // a bucket's, as the document it is shown as

http::Response of_version(unsigned status, const triggers::ObjectInfo& object) {
    http::Response response = empty_response(status);
    if (!object.version.empty()) {
        response.headers.set(kVersionHeader, object.version);
    }
    return response;
}

}  // namespace

Task<Answer<http::Response>> TaggingOperations::put_object(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(Tags tags, parse_tagging(text, kObjectTagsMax));
    auto tagging = store_.set_tags(call.path(), std::move(tags), call.cause());
    const auto tagged = co_await std::move(tagging);
    if (tagged.has_error()) {
        co_return co_await refused_object(store_, call, tagged.error());
    }
    co_return of_version(200, *tagged);
}

Task<Answer<http::Response>> TaggingOperations::get_object(S3Call call) {
    auto looking = store_.head(call.path());
    const auto object = co_await std::move(looking);
    if (object.has_error()) {
        co_return co_await refused_object(store_, call, object.error());
    }
    http::Response response = of_version(200, *object);
    response.headers.set("Content-Type", "application/xml");
    response.body = tagging_document(object->tags);
    co_return response;
}

Task<Answer<http::Response>> TaggingOperations::erase_object(S3Call call) {
    auto erasing = store_.erase_tags(call.path(), call.cause());
    const auto tagged = co_await std::move(erasing);
    if (tagged.has_error()) {
        co_return co_await refused_object(store_, call, tagged.error());
    }
    co_return of_version(204, *tagged);
}

Task<Answer<http::Response>> TaggingOperations::put_bucket(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(const Tags tags, parse_tagging(text, kBucketTagsMax));
    auto setting = store_.set_setting(call.bucket(), kTaggingSetting, tagging_document(tags));
    LAMBENT_CO_TRY(in_s3(co_await std::move(setting)));
    co_return empty_response(204);
}

Task<Answer<http::Response>> TaggingOperations::get_bucket(S3Call call) {
    auto reading = store_.setting(call.bucket(), kTaggingSetting);
    LAMBENT_CO_TRY(const auto document, in_s3(co_await std::move(reading)));
    if (!document) {
        co_return AwsError(404, "NoSuchTagSet", "The TagSet does not exist");
    }
    co_return xml_response(*document);
}

Task<Answer<http::Response>> TaggingOperations::erase_bucket(S3Call call) {
    auto erasing = store_.erase_setting(call.bucket(), kTaggingSetting);
    LAMBENT_CO_TRY(in_s3(co_await std::move(erasing)));
    co_return empty_response(204);
}

}  // namespace lambent::api::s3
