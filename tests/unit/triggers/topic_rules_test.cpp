#include "triggers/topics/topic_rules.h"

#include "triggers/topics/subscription_plan.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent;
using triggers::EndpointProtocol;
using triggers::Subscription;
using triggers::Topic;
using triggers::TopicKind;
using triggers::TopicMessage;
using triggers::TopicTexts;

namespace {

const std::string kQueue = "arn:aws:sqs:us-east-1:000000000000:jobs";
const std::string kFunction = "arn:aws:lambda:us-east-1:000000000000:function:f";

template <class T>
std::string fault_of(const Result<T>& result) {
    return result.has_value() ? "" : result.error().message();
}

std::string plan_fault(const TopicTexts& attributes, EndpointProtocol protocol, TopicKind kind) {
    Subscription subscription;
    subscription.protocol = protocol;
    subscription.endpoint = protocol == EndpointProtocol::kSqs ? kQueue : kFunction;
    subscription.attributes = attributes;
    return fault_of(triggers::plan_of(subscription, kind));
}

std::string queue_fault(const TopicTexts& attributes) {
    return plan_fault(attributes, EndpointProtocol::kSqs, TopicKind::kStandard);
}

Topic topic_named(const std::string& name) {
    Topic topic;
    topic.name = name;
    topic.arn = triggers::topic_arn("us-east-1", name);
    return topic;
}

TopicMessage saying(const std::string& body) {
    TopicMessage message;
    message.body = body;
    return message;
}

std::string message_fault(const Topic& topic, const TopicMessage& message) {
    return fault_of(triggers::check_topic_message(topic, message));
}

}  // namespace

TEST_CASE("Topics have names as SNS allows them", "[triggers][topics]") {
    const TopicTexts fifo{{"FifoTopic", "true"}};
    CHECK(triggers::check_new_topic("Orders_2-new", {}).has_value());
    CHECK(triggers::check_new_topic(std::string(256, 'a'), {}).has_value());
    CHECK(triggers::check_new_topic("orders.fifo", fifo).has_value());
    for (const auto& name :
         {std::string(),
          std::string("a.b"),
          std::string(257, 'a'),
          std::string("orders.fifo"),
          std::string("ä")}) {
        CHECK(fault_of(triggers::check_new_topic(name, {})) == "Invalid parameter: Topic Name");
    }
    CHECK(fault_of(triggers::check_new_topic("orders", fifo)).starts_with("Invalid parameter: Fifo")
    );
    CHECK(fault_of(triggers::check_new_topic(".fifo", fifo)).starts_with("Invalid parameter: Fifo")
    );
}

TEST_CASE("Topics have attributes as SNS allows them", "[triggers][topics]") {
    using triggers::check_topic_attribute;
    const auto kind = TopicKind::kStandard;
    CHECK(check_topic_attribute(kind, "DisplayName", "Orders").has_value());
    CHECK(check_topic_attribute(kind, "LambdaSuccessFeedbackSampleRate", "100").has_value());
    CHECK(
        fault_of(check_topic_attribute(kind, "ContentBasedDeduplication", "true")) ==
        "Invalid parameter: AttributeName"
    );
    const auto fifo = TopicKind::kFifo;
    CHECK(check_topic_attribute(fifo, "ContentBasedDeduplication", "true").has_value());
    CHECK(
        fault_of(check_topic_attribute(fifo, "ContentBasedDeduplication", "yes")) ==
        "Invalid parameter: ContentBasedDeduplication"
    );
    CHECK(fault_of(check_topic_attribute(kind, "Policy", "{")) == "Invalid parameter: Policy");
    CHECK(
        fault_of(check_topic_attribute(kind, "Colour", "")) == "Invalid parameter: AttributeName"
    );
}

TEST_CASE("Messages to topics have the limits of SNS", "[triggers][topics]") {
    const Topic topic = topic_named("orders");
    CHECK(message_fault(topic, saying("x")).empty());
    CHECK(message_fault(topic, saying("")) == "Invalid parameter: Empty message");
    CHECK(message_fault(topic, saying(std::string(262'144, 'x'))).empty());
    CHECK(
        message_fault(topic, saying(std::string(262'145, 'x'))) ==
        "Invalid parameter: Message too long"
    );
    TopicMessage message = saying(std::string(262'144, 'x'));
    message.attributes["a"] = {"String", "b"};
    CHECK(message_fault(topic, message) == "Invalid parameter: Message too long");
    message = saying("x");
    message.subject = "two\nlines";
    CHECK(message_fault(topic, message) == "Invalid parameter: Subject");
    message.subject = std::string(101, 's');
    CHECK(message_fault(topic, message) == "Invalid parameter: Subject");
    message.subject = std::string(100, 's');
    CHECK(message_fault(topic, message).empty());
    message.deduplication_id = "d";
    CHECK(message_fault(topic, message).find("not valid for this topic type") != std::string::npos);
}

TEST_CASE("Messages to topics have attributes of known types", "[triggers][topics]") {
    const Topic topic = topic_named("orders");
    const auto fault = [&](const char* type, const char* value) {
        TopicMessage message = saying("x");
        message.attributes["a"] = {type, value};
        const auto checked = triggers::check_topic_message(topic, message);
        return checked.has_value() ? ""
                                   : checked.error().subject() + ": " + checked.error().message();
    };
    for (const char* type : {"String", "String.label", "Binary", "Binary.png"}) {
        CHECK(fault(type, "1") == "");
    }
    CHECK(fault("Number", "-1.5e3") == "");
    CHECK(fault("String.Array", "[1]") == "");
    CHECK(
        fault("Number", "many") == "value: Could not cast message attribute 'a' value to number."
    );
    CHECK(fault("String.Array", "a").starts_with("value: The message attribute 'a'"));
    CHECK(fault("Text", "a").find("the set of supported type prefixes") != std::string::npos);
    CHECK(
        fault("", "a") ==
        "value: The message attribute 'a' must contain non-empty message attribute type."
    );
    CHECK(
        fault("String", "") ==
        "value: The message attribute 'a' must contain non-empty message attribute value for "
        "message attribute type 'String'."
    );
}

TEST_CASE("Messages to FIFO topics have a group and are known again", "[triggers][topics]") {
    Topic topic = topic_named("orders.fifo");
    TopicMessage message = saying("x");
    CHECK(
        message_fault(topic, message) ==
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
    );
    message.group_id = "g";
    CHECK(message_fault(topic, message).starts_with("Invalid parameter: The topic should either"));
    topic.attributes["ContentBasedDeduplication"] = "true";
    CHECK(message_fault(topic, message).empty());
    CHECK(triggers::deduplication_id_of(message) == triggers::deduplication_id_of(saying("x")));
    CHECK(triggers::topic_sequence_number(7) == "10000000000000007000");
}

TEST_CASE("Subscriptions lead to functions and queues", "[triggers][topics]") {
    using triggers::check_endpoint;
    const auto standard = TopicKind::kStandard;
    CHECK(triggers::read_protocol("sqs").value() == EndpointProtocol::kSqs);
    const auto http = EndpointProtocol::kHttp;
    CHECK(triggers::read_protocol("http").value() == http);
    CHECK(check_endpoint(standard, http, "http://shop.example/orders?a=b").has_value());
    for (const char* other : {"https://shop.example/", "http://", "http://a b/", "shop.example"}) {
        CHECK(
            fault_of(check_endpoint(standard, http, other)) ==
            "Invalid parameter: Endpoint must match the specified protocol"
        );
    }
    CHECK(check_endpoint(TopicKind::kFifo, http, "http://shop.example/").has_error());
    CHECK(
        fault_of(triggers::read_protocol("pigeon")) ==
        "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"
    );
    CHECK(check_endpoint(standard, EndpointProtocol::kSqs, kQueue).has_value());
    CHECK(check_endpoint(standard, EndpointProtocol::kLambda, kFunction).has_value());
    CHECK(
        fault_of(check_endpoint(standard, EndpointProtocol::kSqs, kFunction)) ==
        "Invalid parameter: SQS endpoint ARN"
    );
    CHECK(
        fault_of(check_endpoint(standard, EndpointProtocol::kLambda, kQueue)) ==
        "Invalid parameter: Lambda endpoint ARN"
    );
    CHECK(
        fault_of(check_endpoint(standard, EndpointProtocol::kSqs, kQueue + ".fifo")) ==
        "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be "
        "subscribed to standard SNS topics"
    );
    CHECK(check_endpoint(TopicKind::kFifo, EndpointProtocol::kSqs, kQueue + ".fifo").has_value());
    CHECK(check_endpoint(TopicKind::kFifo, EndpointProtocol::kSqs, kQueue).has_value());
    CHECK(check_endpoint(TopicKind::kFifo, EndpointProtocol::kLambda, kFunction).has_error());
}

TEST_CASE("Subscriptions have attributes as SNS allows them", "[triggers][topics]") {
    CHECK(queue_fault({{"RawMessageDelivery", "true"}, {"FilterPolicy", R"({"a": ["b"]})"}}) == "");
    CHECK(queue_fault({{"FilterPolicy", "{}"}}) == "");
    CHECK(queue_fault({{"Colour", "red"}}) == "AttributeName");
    CHECK(
        queue_fault({{"RawMessageDelivery", "yes"}}) ==
        "RawMessageDelivery: Invalid value [yes]. Must be true or false."
    );
    CHECK(
        plan_fault(
            {{"RawMessageDelivery", "true"}}, EndpointProtocol::kLambda, TopicKind::kStandard
        ) == "RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery."
    );
    CHECK(
        queue_fault({{"FilterPolicyScope", "Body"}}) ==
        "FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or "
        "MessageAttributes"
    );
    const auto redrive = [](const std::string& arn) {
        return TopicTexts{{"RedrivePolicy", R"({"deadLetterTargetArn": ")" + arn + R"("})"}};
    };
    CHECK(queue_fault(redrive(kQueue)) == "");
    CHECK(
        queue_fault(redrive(kFunction)) == "RedrivePolicy: deadLetterTargetArn is an invalid arn"
    );
    CHECK(queue_fault({{"RedrivePolicy", "x"}}) == "RedrivePolicy: failed to parse JSON.");
    CHECK(queue_fault(redrive(kQueue + ".fifo")).starts_with("RedrivePolicy: must use"));
}
