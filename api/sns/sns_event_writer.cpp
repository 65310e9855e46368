#include "api/sns/sns_event_writer.h"

#include "api/wire/json.h"
#include "base/clock.h"
#include "base/files/content_hash.h"
#include "base/ids.h"
#include "base/time_format.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace lambent::api::sns {
namespace {

using Json = nlohmann::ordered_json;
using triggers::Notification;

constexpr char kType[] = "Notification";
constexpr char kSignatureVersion[] = "1";
constexpr std::size_t kKeyBytes = 32;

std::string timestamp_of(const Notification& notification) {
    return iso8601_ms(from_unix_ms(notification.published.published_ms));
}

const std::string& text_of(const Notification& notification) {
    return notification.message.body_for(notification.subscription.protocol);
}

Json attributes_of(const triggers::TopicMessage& message) {
    Json all = Json::object();
    for (const auto& [name, attribute] : message.attributes) {
        const bool is_binary = attribute.type.starts_with("Binary");
        all[name]["Type"] = attribute.type;
        all[name]["Value"] = is_binary ? to_base64(attribute.value) : attribute.value;
    }
    return all;
}

// The members of both documents, up to the signature.
Json document_of(const Notification& notification) {
    Json document;
    document["Type"] = kType;
    document["MessageId"] = notification.published.id;
    if (!notification.published.sequence_number.empty()) {
        document["SequenceNumber"] = notification.published.sequence_number;
    }
    document["TopicArn"] = notification.subscription.topic_arn;
    document["Subject"] = notification.message.subject;
    document["Message"] = text_of(notification);
    document["Timestamp"] = timestamp_of(notification);
    document["SignatureVersion"] = kSignatureVersion;
    return document;
}

}  // namespace

SnsEventWriter::SnsEventWriter(std::string endpoint)
    : endpoint_(std::move(endpoint)), key_(random_hex(kKeyBytes)) {}

std::string SnsEventWriter::signature(const Notification& notification) const {
    std::string signed_text =
        "Message\n" + text_of(notification) + "\nMessageId\n" + notification.published.id + "\n";
    if (!notification.message.subject.empty()) {
        signed_text += "Subject\n" + notification.message.subject + "\n";
    }
    signed_text += "Timestamp\n" + timestamp_of(notification) + "\nTopicArn\n" +
                   notification.subscription.topic_arn + "\nType\n" + kType + "\n";
    return to_base64(hmac_sha256(key_, signed_text));
}

std::string SnsEventWriter::certificate_url() const {
    return endpoint_ + "/SimpleNotificationService.pem";
}

std::string SnsEventWriter::unsubscribe_url(const Notification& notification) const {
    return endpoint_ + "/?Action=Unsubscribe&SubscriptionArn=" + notification.subscription.arn;
}

std::string SnsEventWriter::envelope(const Notification& notification) const {
    Json document = document_of(notification);
    if (notification.message.subject.empty()) {
        document.erase("Subject");
    }
    document["Signature"] = signature(notification);
    document["SigningCertURL"] = certificate_url();
    document["UnsubscribeURL"] = unsubscribe_url(notification);
    if (!notification.message.attributes.empty()) {
        document["MessageAttributes"] = attributes_of(notification.message);
    }
    return dump_json(document);
}

std::string SnsEventWriter::confirmation(
    const triggers::Subscription& subscription, const triggers::PublishedMessage& asked
) const {
    const std::string message =
        "You have chosen to subscribe to the topic " + subscription.topic_arn +
        ".\nTo confirm the subscription, visit the SubscribeURL included in this message.";
    const std::string url = endpoint_ +
                            "/?Action=ConfirmSubscription&TopicArn=" + subscription.topic_arn +
                            "&Token=" + subscription.token;
    const std::string time = iso8601_ms(from_unix_ms(asked.published_ms));
    const std::string signed_text = "Message\n" + message + "\nMessageId\n" + asked.id +
                                    "\nSubscribeURL\n" + url + "\nTimestamp\n" + time +
                                    "\nToken\n" + subscription.token + "\nTopicArn\n" +
                                    subscription.topic_arn + "\nType\nSubscriptionConfirmation\n";
    Json document;
    document["Type"] = "SubscriptionConfirmation";
    document["MessageId"] = asked.id;
    document["Token"] = subscription.token;
    document["TopicArn"] = subscription.topic_arn;
    document["Message"] = message;
    document["SubscribeURL"] = url;
    document["Timestamp"] = time;
    document["SignatureVersion"] = kSignatureVersion;
    document["Signature"] = to_base64(hmac_sha256(key_, signed_text));
    document["SigningCertURL"] = certificate_url();
    return dump_json(document);
}

std::string SnsEventWriter::function_event(const Notification& notification) const {
    Json sns = document_of(notification);
    if (notification.message.subject.empty()) {
        sns["Subject"] = nullptr;
    }
    sns["Signature"] = signature(notification);
    sns["SigningCertUrl"] = certificate_url();
    sns["UnsubscribeUrl"] = unsubscribe_url(notification);
    sns["MessageAttributes"] = attributes_of(notification.message);

    Json record;
    record["EventSource"] = "aws:sns";
    record["EventVersion"] = "1.0";
    record["EventSubscriptionArn"] = notification.subscription.arn;
    record["Sns"] = std::move(sns);
    Json event;
    event["Records"] = Json::array({std::move(record)});
    return dump_json(event);
}

}  // namespace lambent::api::sns
