#include "app/cli/template/sam_template.h"

#include <catch2/catch.hpp>

#include <string>

namespace lambent::cli {
namespace {

Result<SamTemplate> read_operation(const std::string& properties, const std::string& more = "") {
    TemplateSource source;
    source.name = "template.yaml";
    source.stack_name = "shop";
    source.region = "eu-west-1";
    source.text =
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {Runtime: "
        "python3.11, Handler: app.handler, " +
        properties + "}\n" + more;
    return read_template(source);
}

FunctionOperation operation_of(const std::string& properties) {
    return read_operation(properties).value().functions.at(0).operation;
}

}  // namespace

TEST_CASE("SAM functions say how they are run", "[cli][sam]") {
    const FunctionOperation said = operation_of(
        "AutoPublishAlias: live, VersionDescription: first, ReservedConcurrentExecutions: 5, "
        "ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}, RecursiveLoop: Allow, "
        "EventInvokeConfig: {MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0, "
        "DestinationConfig: {OnFailure: {Type: SQS, Destination: 'arn:a'}, OnSuccess: {Type: SNS, "
        "Destination: 'arn:b'}}}"
    );
    CHECK(said.alias == "live");
    CHECK(said.version_description == "first");
    CHECK(said.reserved_slots == 5U);
    CHECK(said.provisioned_slots == 2U);
    CHECK(said.recursive_loop == "Allow");
    REQUIRE(said.async);
    CHECK(said.async->age_max_s == 60U);
    CHECK(said.async->retries_max == 0U);
    CHECK(said.async->on_failure == "arn:a");
    CHECK(said.async->on_success == "arn:b");
}

TEST_CASE("SAM functions that say nothing of it leave it as it is", "[cli][sam]") {
    const FunctionOperation said = operation_of("Timeout: 5");
    CHECK(said.alias.empty());
    CHECK_FALSE(said.reserved_slots);
    CHECK_FALSE(said.provisioned_slots);
    CHECK_FALSE(said.async);
    CHECK(said.recursive_loop.empty());
}

TEST_CASE("SAM functions have dead letters", "[cli][sam]") {
    const auto sam = read_operation(
        "DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}",
        "  Dead:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: dead}\n"
    );
    CHECK(
        sam.value().functions.at(0).settings.dead_letter_arn ==
        "arn:aws:sqs:eu-west-1:000000000000:dead"
    );
}

TEST_CASE("SAM templates refer to a function's alias", "[cli][sam]") {
    const auto sam = read_operation(
        "AutoPublishAlias: live",
        "Outputs:\n  A: {Value: !Ref F.Alias}\n  B: {Value: !Sub '${F.Alias}'}\n"
    );
    REQUIRE(sam.value().outputs.size() == 2);
    const std::string arn = "arn:aws:lambda:eu-west-1:000000000000:function:F:live";
    CHECK(sam.value().outputs.at(0).value == arn);
    CHECK(sam.value().outputs.at(1).value == arn);
}

TEST_CASE("SAM functions' settings that cannot be are refused with their line", "[cli][sam]") {
    const auto refused = [](const std::string& properties) {
        return read_operation(properties).error().message();
    };
    CHECK(
        refused("ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}") ==
        "template.yaml:4: ProvisionedConcurrencyConfig needs an AutoPublishAlias"
    );
    CHECK(
        refused("EventInvokeConfig: {Retries: 1}") ==
        "template.yaml:4: Retries is not a property of EventInvokeConfig"
    );
    CHECK(
        refused("EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}") ==
        "template.yaml:4: a Destination is needed: the ARN of a queue, topic, function, bus or "
        "bucket"
    );
    CHECK(
        refused("DeadLetterQueue: {Type: SQS}") ==
        "template.yaml:4: DeadLetterQueue needs a TargetArn"
    );
    CHECK(
        refused("ReservedConcurrentExecutions: many") ==
        "template.yaml:4: ReservedConcurrentExecutions must be a whole number, not many"
    );
}

}  // namespace lambent::cli
