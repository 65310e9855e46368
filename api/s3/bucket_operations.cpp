#include "api/s3/bucket_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"
#include "base/time_format.h"

#include <string>
#include <utility>
#include <vector>

namespace lambent::api::s3 {
namespace {

// The one region whose name is not written: S3's oldest.
constexpr std::string_view kUnnamedRegion = "us-east-1";

Answer<void> check_location(const std::string& text, const std::string& region) {
    if (text.empty()) {
        return {};
    }
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node root = child(document, "CreateBucketConfiguration");
    if (!root) {
        return malformed_xml();
    }
    const std::string location = text_of(root, "LocationConstraint");
    if (location == kUnnamedRegion) {
        return AwsError(
            400, "InvalidLocationConstraint", "The specified location-constraint is not valid"
        );
    }
    if (!location.empty() && location != region) {
        return AwsError(
            400,
            "IllegalLocationConstraintException",
            "The " + location +
                " location constraint is incompatible for the region specific endpoint this "
                "request was sent to."
        );
    }
    return {};
}

}  // namespace

Task<Answer<http::Response>> BucketOperations::list(S3Call call) {
    const std::string prefix = call.item_or_empty("prefix");
    LAMBENT_CO_TRY(const auto buckets, in_s3(co_await store_.buckets()));
    XmlWriter xml;
    xml.open("ListAllMyBucketsResult", kNamespace);
    xml.open("Owner");
    xml.leaf("ID", config_.owner_id);
    xml.leaf("DisplayName", "lambent");
    xml.close();
    xml.open("Buckets");
    for (const triggers::Bucket& bucket : buckets) {
        if (!bucket.name.starts_with(prefix)) {
            continue;
        }
        xml.open("Bucket");
        xml.leaf("Name", bucket.name);
        xml.leaf("CreationDate", iso8601_ms(bucket.created));
        xml.close();
    }
    xml.close();
    xml.close();
    co_return xml_response(xml.take());
}

Task<Answer<http::Response>> BucketOperations::create(S3Call call) {
    auto receiving = receive_document(*call.body, BodyChecks());
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(check_location(text, config_.region));
    const auto acl = call.header("x-amz-acl").value_or("private");
    if (acl != "private") {
        co_return AwsError(
            400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        );
    }
    const Result<void> created = co_await store_.create_bucket(call.bucket());
    const bool existed = created.has_error() && created.error().subject() == "bucket_exists";
    // In its oldest region S3 answers 200 to an owner who creates a bucket again.
    if (!existed || config_.region != kUnnamedRegion) {
        LAMBENT_CO_TRY(in_s3(created));
    }
    http::Response response;
    response.headers.set("Location", "/" + call.bucket());
    co_return response;
}

Task<Answer<http::Response>> BucketOperations::head(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.bucket(call.bucket())));
    http::Response response;
    response.headers.set("Content-Type", "application/xml");
    response.headers.set("x-amz-bucket-region", config_.region);
    response.headers.set("x-amz-access-point-alias", "false");
    co_return response;
}

Task<Answer<http::Response>> BucketOperations::remove(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.delete_bucket(call.bucket())));
    co_return empty_response(204);
}

Task<Answer<http::Response>> BucketOperations::location(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.bucket(call.bucket())));
    XmlWriter xml;
    if (config_.region == kUnnamedRegion) {
        xml.open("LocationConstraint", kNamespace);
        xml.close();
        co_return xml_response(xml.take());
    }
    std::string document = xml.take();
    document += std::string("<LocationConstraint xmlns=\"") + kNamespace + "\">" +
                xml_escape(config_.region) + "</LocationConstraint>";
    co_return xml_response(std::move(document));
}

}  // namespace lambent::api::s3
