#include "api/s3/configuration_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/delete_marker.h"
#include "api/s3/s3_errors.h"
#include "api/s3/s3_event_writer.h"
#include "api/s3/s3_routes.h"
#include "api/wire/xml.h"
#include "base/ids.h"
#include "triggers/objects/notification_match.h"

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

scheduler::TargetMessage test_message(const S3Call& call, const std::string& arn, WallTime now) {
    scheduler::TargetMessage message;
    message.id = random_uuid();
    message.target_arn = arn;
    message.source_arn = bucket_arn(call.bucket());
    message.body = test_event(call.bucket(), now, call.request.request_id);
    return message;
}

}  // namespace

Task<Answer<http::Response>> ConfigurationOperations::put_notifications(S3Call call) {
    LAMBENT_CO_TRY(in_s3(co_await store_.bucket(call.bucket())));
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(auto rules, parse_notifications(text, functions_, config_));
    LAMBENT_CO_TRY(in_s3(triggers::check_rules(rules)));
    if (call.header("x-amz-skip-destination-validation").value_or("") != "true") {
        for (const triggers::NotificationRule& rule : rules) {
            LAMBENT_CO_TRY(co_await try_destination(call, rule));
        }
    }
    auto setting = store_.set_notifications(call.bucket(), std::move(rules));
    LAMBENT_CO_TRY(in_s3(co_await std::move(setting)));
    co_return empty_response(200);
}

// A queue or topic is asked by sending it something, as S3 does it.
Task<Answer<void>> ConfigurationOperations::try_destination(
    const S3Call& call, const triggers::NotificationRule& rule
) {
    if (rule.kind != triggers::TargetKind::kQueue && rule.kind != triggers::TargetKind::kTopic) {
        co_return Answer<void>();
    }
    auto sending = targets_.send(test_message(call, rule.target, clock_.wall_now()));
    const Result<void> sent = co_await std::move(sending);
    if (sent.has_error() && !may_retry(sent.error().code())) {
        co_return no_destination(rule);
    }
    co_return in_s3(sent);
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
    auto looking = store_.head(call.path());
    const auto object = co_await std::move(looking);
    if (object.has_error()) {
        co_return co_await refused_object(store_, call, object.error());
    }
    co_return xml_response(acl_document(config_));
}

}  // namespace lambent::api::s3
