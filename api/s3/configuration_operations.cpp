#include "api/s3/configuration_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/object_headers.h"
#include "api/s3/s3_errors.h"
#include "api/s3/s3_routes.h"
#include "api/wire/xml.h"
#include "base/http/uri.h"

#include <array>
#include <string>
#include <utility>

namespace lambent::api::s3 {
namespace {

// What S3 answers about things a bucket has not got.
struct Absent {
    std::string_view item;
    const char* name;
    const char* message;
};
constexpr std::array kAbsent = {
    Absent{"policy", "NoSuchBucketPolicy", "The bucket policy does not exist"},
    Absent{"policyStatus", "NoSuchBucketPolicy", "The bucket policy does not exist"},
    Absent{"tagging", "NoSuchTagSet", "The TagSet does not exist"},
    Absent{
        "lifecycle", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"},
    Absent{"cors", "NoSuchCORSConfiguration", "The CORS configuration does not exist"},
    Absent{
        "website",
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration"},
    Absent{
        "replication",
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found"},
    Absent{
        "encryption",
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found"},
    Absent{
        "publicAccessBlock",
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found"},
    Absent{
        "object-lock",
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket"},
};

// Configurations that exist and say "off".
struct Plain {
    std::string_view item;
    const char* root;
};
constexpr std::array kPlain = {
    Plain{"versioning", "VersioningConfiguration"},
    Plain{"accelerate", "AccelerateConfiguration"},
    Plain{"logging", "BucketLoggingStatus"},
};

// The writer has no attributes, and this document, the same for everything, needs one.
std::string acl_document(const S3Config& config) {
    const std::string owner =
        "<ID>" + xml_escape(config.owner_id) + "</ID>" + "<DisplayName>lambent</DisplayName>";
    std::string text = XmlWriter().take();
    text += std::string("<AccessControlPolicy xmlns=\"") + kNamespace + "\"><Owner>" + owner +
            "</Owner><AccessControlList><Grant>"
            "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
            "xsi:type=\"CanonicalUser\">" +
            owner +
            "</Grantee><Permission>FULL_CONTROL</Permission></Grant>"
            "</AccessControlList></AccessControlPolicy>";
    return text;
}

std::string payer_document() {
    XmlWriter xml;
    xml.open("RequestPaymentConfiguration", kNamespace);
    xml.leaf("Payer", "BucketOwner");
    xml.close();
    return xml.take();
}

std::string ownership_document() {
    XmlWriter xml;
    xml.open("OwnershipControls", kNamespace);
    xml.open("Rule");
    xml.leaf("ObjectOwnership", "BucketOwnerEnforced");
    xml.close();
    xml.close();
    return xml.take();
}

Answer<http::Response> answer_default(const std::string& item, const S3Config& config) {
    for (const Absent& absent : kAbsent) {
        if (absent.item == item) {
            return AwsError(404, absent.name, absent.message);
        }
    }
    for (const Plain& plain : kPlain) {
        if (plain.item == item) {
            XmlWriter xml;
            xml.open(plain.root, kNamespace);
            xml.close();
            return xml_response(xml.take());
        }
    }
    if (item == "acl") {
        return xml_response(acl_document(config));
    }
    if (item == "requestPayment") {
        return xml_response(payer_document());
    }
    if (item == "ownershipControls") {
        return xml_response(ownership_document());
    }
    return not_implemented(item);
}

std::string tags_document(const http::QueryItems& tags) {
    XmlWriter xml;
    xml.open("Tagging", kNamespace);
    xml.open("TagSet");
    for (const auto& [key, value] : tags) {
        xml.open("Tag");
        xml.leaf("Key", key);
        xml.leaf("Value", value);
        xml.close();
    }
    xml.close();
    xml.close();
    return xml.take();
}

}  // namespace

Task<Answer<http::Response>> ConfigurationOperations::put_notifications(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.bucket(call.bucket())));
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(auto rules, parse_notifications(text, functions_));
    auto setting = store_.set_notifications(call.bucket(), std::move(rules));
    LAMBENT_CO_TRY(in_s3(co_await std::move(setting)));
    co_return empty_response(200);
}

Task<Answer<http::Response>> ConfigurationOperations::get_notifications(S3Call call) {
    LAMBENT_CO_TRY(const auto rules, in_s3(co_await store_.notifications(call.bucket())));
    co_return xml_response(notification_document(rules, config_));
}

Task<Answer<http::Response>> ConfigurationOperations::bucket_default(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.bucket(call.bucket())));
    co_return answer_default(subresource_of(call), config_);
}

Task<Answer<http::Response>> ConfigurationOperations::bucket_nothing_to_delete(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.bucket(call.bucket())));
    co_return empty_response(204);
}

Task<Answer<http::Response>> ConfigurationOperations::object_acl(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.head(call.bucket(), call.key())));
    co_return xml_response(acl_document(config_));
}

Task<Answer<http::Response>> ConfigurationOperations::object_tags(S3Call call) {
    LAMBENT_CO_TRY(const auto object, in_s3(co_await store_.head(call.bucket(), call.key())));
    const auto found = object.headers.find(kTaggingHeader);
    http::QueryItems tags;
    if (found != object.headers.end()) {
        LAMBENT_CO_TRY(tags, in_s3(http::parse_query(found->second)));
    }
    co_return xml_response(tags_document(tags));
}

}  // namespace lambent::api::s3
