#include "app/cli/template/sam_template.h"

#include <catch2/catch.hpp>

#include <string>

namespace lambent::cli {
namespace {

constexpr char kTopicsTemplate[] = R"(Resources:
  Orders:
    Type: AWS::SNS::Topic
    Properties:
      TopicName: orders
      DisplayName: Orders
      KmsMasterKeyId: alias/aws/sns
      Subscription:
        - Protocol: sqs
          Endpoint: !GetAtt Jobs.Arn
  Ordered:
    Type: AWS::SNS::Topic
    Properties: {FifoTopic: true, ContentBasedDeduplication: true}
  Jobs:
    Type: AWS::SQS::Queue
  JobsPolicy:
    Type: AWS::SQS::QueuePolicy
  Large:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Orders
      Protocol: sqs
      Endpoint: !GetAtt Jobs.Arn
      RawMessageDelivery: true
      FilterPolicyScope: MessageBody
      FilterPolicy:
        sum: [{numeric: [">=", 100]}]
        kind: [book, "7"]
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Jobs.Arn
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      Handler: app.handler
      Environment: {Variables: {TOPIC: !Ref Orders, NAME: !GetAtt Ordered.TopicName}}
      Events:
        Placed:
          Type: SNS
          Properties:
            Topic: !Ref Orders
            FilterPolicy: {event: [placed]}
)";

Result<SamTemplate> read_topics(const std::string& text) {
    TemplateSource source;
    source.text = text;
    source.stack_name = "Shop";
    return read_template(source);
}

}  // namespace

TEST_CASE("A SAM template's topics and subscriptions are read", "[app][Sam]") {
    const auto result = read_topics(kTopicsTemplate);
    INFO((result.has_error() ? result.error().message() : std::string()));
    REQUIRE(result.has_value());
    const std::string orders = "arn:aws:sns:us-east-1:000000000000:orders";
    const std::string jobs = "arn:aws:sqs:us-east-1:000000000000:Shop-Jobs";
    REQUIRE(result->topics.size() == 2);
    CHECK(result->topics[0].arn == orders);
    CHECK(
        result->topics[0].attributes ==
        std::map<std::string, std::string>{{"DisplayName", "Orders"}}
    );
    CHECK(result->topics[1].name == "Shop-Ordered.fifo");
    CHECK(result->topics[1].attributes.at("FifoTopic") == "true");
    REQUIRE(result->subscriptions.size() == 2);
    CHECK(result->subscriptions[0].topic_arn == orders);
    CHECK(result->subscriptions[0].endpoint == jobs);
    const TemplateSubscription& large = result->subscriptions[1];
    CHECK(large.protocol == "sqs");
    CHECK(
        large.attributes ==
        std::map<std::string, std::string>{
            {"FilterPolicy", R"({"sum":[{"numeric":[">=",100]}],"kind":["book","7"]})"},
            {"FilterPolicyScope", "MessageBody"},
            {"RawMessageDelivery", "true"},
            {"RedrivePolicy", R"({"deadLetterTargetArn":")" + jobs + R"("})"}}
    );
    const TemplateFunction& function = result->functions.at(0);
    CHECK(function.settings.environment.at("TOPIC") == orders);
    CHECK(function.settings.environment.at("NAME") == "Shop-Ordered.fifo");
    REQUIRE(function.topic_triggers.size() == 1);
    CHECK(function.topic_triggers[0].topic_arn == orders);
    CHECK(function.topic_triggers[0].protocol == "lambda");
    CHECK(function.topic_triggers[0].attributes.at("FilterPolicy") == R"({"event":["placed"]})");
    REQUIRE(result->notes.size() == 2);
    CHECK(result->notes[1] == "template.yaml:7: KmsMasterKeyId of Orders has no effect here");
}

TEST_CASE("A SAM template's topic that asks for too much is refused", "[app][Sam]") {
    const auto refusal = [](const std::string& text) {
        const auto result = read_topics(text);
        return result.has_value() ? "" : result.error().message();
    };
    const std::string topic = "Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties: ";
    CHECK(
        refusal(topic + "{Colour: red}\n") ==
        "template.yaml:4: Colour is not supported yet (AWS::SNS::Topic)"
    );
    CHECK(
        refusal(topic + "{Subscription: [x]}\n") ==
        "template.yaml:4: Subscription is a list of Endpoint and Protocol"
    );
    const std::string function =
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: nodejs20.x, Handler: a.b, Events: {U: {Type: SNS, Properties: ";
    CHECK(refusal(function + "{Region: x}}}}\n") == "template.yaml:4: event U needs Topic");
    CHECK(
        refusal(function + "{Topic: a, Rate: 5}}}}\n") ==
        "template.yaml:4: Rate is not a property of an SNS event"
    );
    CHECK(refusal(function + "{Topic: a, SqsSubscription: true}}}}\n")
              .starts_with("template.yaml:4: SqsSubscription is not supported yet"));
}

}  // namespace lambent::cli
