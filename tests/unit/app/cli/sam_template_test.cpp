#include "app/cli/template/sam_template.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

SamTemplate read(const std::string& text) {
    TemplateSource source;
    source.text = text;
    source.stack_name = "Shop";
    auto result = read_template(source);
    INFO((result.has_error() ? result.error().message() : std::string()));
    REQUIRE(result.has_value());
    return *std::move(result);
}

std::string refusal(const std::string& text) {
    TemplateSource source;
    source.text = text;
    const auto result = read_template(source);
    REQUIRE(result.has_error());
    CHECK(result.error().code() == Code::kInvalidArgument);
    return result.error().message();
}

constexpr char kWhole[] = R"(AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
  Memory: {Type: Number, Default: 256}
Globals:
  Function:
    Runtime: python3.12
    Timeout: 20
    Environment:
      Variables:
        STAGE: !Ref Stage
        LEVEL: info
Resources:
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "photos-${Stage}"
  Thumbs:
    Type: AWS::S3::Bucket
  Resize:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: handler.handler
      MemorySize: !Ref Memory
      Timeout: 30
      Description: makes thumbnails
      Architectures: [x86_64]
      EphemeralStorage: {Size: 1024}
      Environment:
        Variables:
          LEVEL: debug
          TO: !Ref Thumbs
          FROM_ARN: !GetAtt Photos.Arn
          SELF: {"Fn::Sub": "${AWS::Region}/${AWS::AccountId}/${!kept}/${Photos.Arn}"}
          JOINED: !Join ["-", [a, !Ref Stage, b]]
      Tags: {team: photo}
      Policies:
        - S3ReadPolicy: {BucketName: !Ref Photos}
      Events:
        Upload:
          Type: S3
          Properties:
            Bucket: !Ref Photos
            Events: s3:ObjectCreated:*
            Filter:
              S3Key:
                Rules:
                  - {Name: prefix, Value: in/}
                  - {Name: suffix, Value: .jpg}
)";

TEST_CASE("A SAM template gives functions with what Globals says and they override", "[app][Sam]") {
    const SamTemplate sam = read(kWhole);
    REQUIRE(sam.functions.size() == 1);
    const TemplateFunction& function = sam.functions.front();
    const FunctionSettings& settings = function.settings;
    CHECK(function.logical_id == "Resize");
    CHECK(settings.name == "Resize");
    CHECK(settings.runtime == "python3.12");
    CHECK(settings.handler == "handler.handler");
    CHECK(settings.memory_mb == 256);
    CHECK(settings.timeout_s == 30);
    CHECK(settings.ephemeral_storage_mb == 1024);
    CHECK(settings.description == "makes thumbnails");
    CHECK(settings.architecture == "x86_64");
    CHECK(function.code_uri == "src/");
    CHECK(function.build == BuildMethod::kByRuntime);
    CHECK(settings.environment.at("STAGE") == "dev");
    CHECK(settings.environment.at("LEVEL") == "debug");
    CHECK(settings.tags.at("team") == "photo");
}

TEST_CASE("A SAM template's references are resolved in every form", "[app][Sam]") {
    const auto variables = read(kWhole).functions.front().settings.environment;
    CHECK(variables.at("TO") == "shop-thumbs");
    CHECK(variables.at("FROM_ARN") == "arn:aws:s3:::photos-dev");
    CHECK(variables.at("SELF") == "us-east-1/000000000000/${kept}/arn:aws:s3:::photos-dev");
    CHECK(variables.at("JOINED") == "a-dev-b");
}

TEST_CASE("A SAM template's S3 event becomes a trigger with its filter", "[app][Sam]") {
    const auto triggers = read(kWhole).functions.front().triggers;
    REQUIRE(triggers.size() == 1);
    CHECK(triggers[0].id == "Upload");
    CHECK(triggers[0].bucket_id == "Photos");
    CHECK(triggers[0].events == std::vector<std::string>{"s3:ObjectCreated:*"});
    CHECK(triggers[0].prefix == "in/");
    CHECK(triggers[0].suffix == ".jpg");
}

TEST_CASE(
    "A function with Policies gets the platform's endpoint opened, one without does not",
    "[app][Sam]"
) {
    CHECK(read(kWhole).functions.front().settings.tags.at("lambent:endpoint") == "open");
    const SamTemplate closed = read(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: nodejs20.x, Handler: a.b, CodeUri: .}\n"
    );
    CHECK(closed.functions.front().settings.tags.empty());
}

TEST_CASE("A SAM template's parameters can be given instead of their defaults", "[app][Sam]") {
    TemplateSource source;
    source.text = kWhole;
    source.parameters["Stage"] = "live";
    const auto sam = read_template(source);
    REQUIRE(sam.has_value());
    CHECK(sam->buckets.front().name == "photos-live");
}

TEST_CASE("A SAM function with BuildMethod makefile is built by its Makefile", "[app][Sam]") {
    const SamTemplate sam = read(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
        "    Metadata: {BuildMethod: makefile}\n"
        "    Properties: {Runtime: provided.al2023, Handler: bootstrap, FunctionName: given}\n"
    );
    CHECK(sam.functions.front().build == BuildMethod::kMakefile);
    CHECK(sam.functions.front().settings.name == "given");
}

TEST_CASE("A role and a permission are noted and change nothing", "[app][Sam]") {
    const SamTemplate sam = read(
        "Resources:\n  R:\n    Type: AWS::IAM::Role\n  F:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: nodejs20.x, Handler: a.b, Role: !GetAtt R.Arn}\n"
    );
    CHECK(sam.functions.size() == 1);
    REQUIRE(sam.notes.size() == 2);
    CHECK(sam.notes[0] == "template.yaml:3: R (AWS::IAM::Role) has no effect here");
    CHECK(sam.notes[1] == "template.yaml:6: Role has no effect here");
}

TEST_CASE("A SAM template with something unsupported is refused with its line", "[app][Sam]") {
    const std::string function =
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Runtime: nodejs20.x\n      Handler: a.b\n";
    CHECK(
        refusal("Resources:\n  A:\n    Type: AWS::Serverless::StateMachine\n") ==
        "template.yaml:3: A: AWS::Serverless::StateMachine is not supported yet; "
        "AWS::Serverless::Function, AWS::Serverless::Api, AWS::Serverless::HttpApi, "
        "AWS::S3::Bucket, AWS::SQS::Queue, "
        "AWS::SNS::Topic and AWS::SNS::Subscription are"
    );
    CHECK(
        refusal(function + "      Layers: [x]\n") ==
        "template.yaml:7: Layers is not supported yet (AWS::Serverless::Function); "
        "remove it to deploy"
    );
    CHECK(
        refusal(function + "      MemorySize: lots\n") ==
        "template.yaml:7: MemorySize must be a whole number, not lots"
    );
    CHECK(
        refusal(function + "      Description: !Ref Nobody\n") ==
        "template.yaml:7: !Ref Nobody: there is no such parameter or resource with a value here"
    );
    CHECK(
        refusal(function + "      Description: !ImportValue X\n") ==
        "template.yaml:7: !ImportValue (in Description) is not supported; "
        "!Ref, !Sub, !GetAtt and !Join are"
    );
    CHECK(
        refusal(function + "      Events:\n        Hourly:\n          Type: Kinesis\n") ==
        "template.yaml:8: event Hourly of type Kinesis is not supported yet; S3, SQS, SNS, "
        "Api, HttpApi, Schedule, ScheduleV2, EventBridgeRule and CloudWatchEvent are"
    );
    CHECK(
        refusal(function + "      PackageType: Image\n") ==
        "template.yaml:7: PackageType Image is not supported; Zip is"
    );
    CHECK(
        refusal("Conditions: {}\nResources: {}\n") ==
        "template.yaml:1: the section Conditions is not supported"
    );
}

TEST_CASE("A SAM template that lacks what a function needs is refused", "[app][Sam]") {
    CHECK(
        refusal("Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
                "    Properties: {Handler: a.b}\n") == "template.yaml:3: F has no Runtime"
    );
    CHECK(
        refusal("Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
                "    Properties: {Runtime: nodejs20.x, Handler: a.b, Events: {U: {Type: S3, "
                "Properties: {Bucket: plain, Events: x}}}}\n") ==
        "template.yaml:4: Bucket must be a !Ref to an AWS::S3::Bucket of this template, "
        "as in SAM"
    );
    CHECK(
        refusal("Parameters:\n  P: {Type: String}\nResources: {}\n") ==
        "template.yaml:2: parameter P has no Default; give --parameter P=VALUE"
    );
    CHECK(refusal("Description: nothing\n") == "template.yaml:1: there are no Resources");
}

constexpr char kQueues[] = R"(Parameters:
  Size: {Type: Number, Default: 25}
Resources:
  Dead:
    Type: AWS::SQS::Queue
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs
      VisibilityTimeout: 60
      KmsMasterKeyId: key
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: 3
  Ordered:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: a.b
      Environment: {Variables: {URL: !Ref Jobs, NAME: !GetAtt Jobs.QueueName}}
      Events:
        Job:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
            BatchSize: !Ref Size
            MaximumBatchingWindowInSeconds: 5
            Enabled: false
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 7}
            FilterCriteria:
              Filters:
                - Pattern: '{"body": ["x"]}'
        Plain:
          Type: SQS
          Properties: {Queue: "arn:aws:sqs:us-east-1:000000000000:elsewhere"}
)";

TEST_CASE("A SAM template's queues and what leads from them are read", "[app][Sam]") {
    const SamTemplate sam = read(kQueues);
    REQUIRE(sam.queues.size() == 3);
    std::map<std::string, TemplateQueue> queues;
    for (const TemplateQueue& queue : sam.queues) {
        queues[queue.logical_id] = queue;
    }
    CHECK(queues["Dead"].name == "Shop-Dead");
    CHECK(queues["Dead"].attributes.empty());
    CHECK(queues["Jobs"].name == "jobs");
    CHECK(
        queues["Jobs"].attributes ==
        std::map<std::string, std::string>{
            {"VisibilityTimeout", "60"},
            {"RedrivePolicy",
             R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:Shop-Dead",)"
             R"("maxReceiveCount":3})"}}
    );
    CHECK(queues["Ordered"].name == "Shop-Ordered.fifo");
    CHECK(queues["Ordered"].attributes.at("FifoQueue") == "true");
    CHECK(
        sam.notes ==
        std::vector<std::string>{"template.yaml:11: KmsMasterKeyId of Jobs has no effect here"}
    );

    const TemplateFunction& work = sam.functions.at(0);
    CHECK(work.settings.environment.at("URL") == "http://127.0.0.1:4566/000000000000/jobs");
    CHECK(work.settings.environment.at("NAME") == "jobs");
    REQUIRE(work.queue_triggers.size() == 2);
    SqsTrigger job;
    job.id = "Job";
    job.queue_arn = "arn:aws:sqs:us-east-1:000000000000:jobs";
    job.enabled = false;
    job.batch_size = 25;
    job.window_s = 5;
    job.filters = {R"({"body": ["x"]})"};
    job.response_types = {"ReportBatchItemFailures"};
    job.concurrency_max = 7;
    CHECK(work.queue_triggers[0] == job);
    SqsTrigger plain;
    plain.id = "Plain";
    plain.queue_arn = "arn:aws:sqs:us-east-1:000000000000:elsewhere";
    CHECK(work.queue_triggers[1] == plain);
}

TEST_CASE("A SAM template's queue that asks for too much is refused", "[app][Sam]") {
    const std::string function =
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Runtime: nodejs20.x, Handler: a.b, Events: {U: {Type: SQS, Properties: ";
    CHECK(
        refusal(function + "{Queue: a, Rate: 5}}}}\n") ==
        "template.yaml:4: Rate is not a property of an SQS event"
    );
    CHECK(refusal(function + "{BatchSize: 5}}}}\n") == "template.yaml:4: event U needs Queue");
    CHECK(
        refusal(function + "{Queue: a, FilterCriteria: {Pattern: x}}}}}\n") ==
        "template.yaml:4: FilterCriteria is written Filters: - Pattern"
    );
    CHECK(
        refusal("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {Colour: red}\n") ==
        "template.yaml:4: Colour is not supported yet (AWS::SQS::Queue)"
    );
}

TEST_CASE("A function's URL is read with its rules", "[app][Sam]") {
    const std::string before =
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Runtime: nodejs20.x\n      Handler: a.b\n      FunctionUrlConfig:\n";
    const SamTemplate sam = read(
        before +
        "        AuthType: NONE\n        InvokeMode: RESPONSE_STREAM\n        Cors:\n"
        "          AllowOrigins: ['*']\n          AllowMethods: [GET, POST]\n"
        "          AllowHeaders: [x-a]\n          ExposeHeaders: [x-b]\n"
        "          AllowCredentials: true\n          MaxAge: 60\n"
    );
    UrlSettings wanted;
    wanted.auth_type = "NONE";
    wanted.invoke_mode = "RESPONSE_STREAM";
    wanted.allow_credentials = true;
    wanted.allow_origins = {"*"};
    wanted.allow_methods = {"GET", "POST"};
    wanted.allow_headers = {"x-a"};
    wanted.expose_headers = {"x-b"};
    wanted.max_age_s = 60;
    CHECK(sam.functions.at(0).url == wanted);
    CHECK(refusal(before + "        InvokeMode: BUFFERED\n").find("AuthType") != std::string::npos);
    CHECK(
        refusal(before + "        AuthType: NONE\n        Domain: x\n") ==
        "template.yaml:9: Domain is not a property of FunctionUrlConfig"
    );
    CHECK(
        refusal(before + "        AuthType: NONE\n        Cors: {Allow: x}\n") ==
        "template.yaml:9: Allow is not a property of Cors"
    );
}

TEST_CASE("A file that is not YAML, or not a map, is refused and does not throw", "[app][Sam]") {
    CHECK(refusal("a: [1, 2\nb: }").starts_with("template.yaml:"));
    CHECK(refusal("just text") == "template.yaml: this is not a template");
    CHECK(refusal("").find("this is not a template") != std::string::npos);
    CHECK(refusal("Resources:\n  F: text\n").starts_with("template.yaml"));
    CHECK(refusal("Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: text\n")
              .starts_with("template.yaml"));
}

TEST_CASE("SamTemplate reads schedules and rules of events", "[app][SamTemplate]") {
    const std::string text = R"(
Resources:
  Dead:
    Type: AWS::Logs::LogGroup
  Report:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.11
      Events:
        Night:
          Type: Schedule
          Properties:
            Schedule: cron(30 2 * * ? *)
            Input: '{"kind": "night"}'
            Enabled: False
            RetryPolicy:
              MaximumRetryAttempts: 2
              MaximumEventAgeInSeconds: 60
        Morning:
          Type: ScheduleV2
          Properties:
            Name: morning
            ScheduleExpression: rate(1 day)
            ScheduleExpressionTimezone: Europe/Berlin
            StartDate: "2030-01-01T08:00:00Z"
            FlexibleTimeWindow:
              Mode: FLEXIBLE
              MaximumWindowInMinutes: 10
        Orders:
          Type: EventBridgeRule
          Properties:
            EventBusName: shop
            InputPath: $.detail
            Pattern:
              source: [!Sub "${AWS::StackName}.orders"]
              detail:
                total: [{numeric: [">", 10]}]
                code: ["7", 7, true, null]
)";
    const TemplateFunction function = read(text).functions.front();
    REQUIRE(function.rules.size() == 2);
    const RuleTrigger& night = function.rules[0];
    CHECK(night.name == "Shop-ReportNight");
    CHECK(night.schedule == "cron(30 2 * * ? *)");
    CHECK(night.delivery.input == R"({"kind": "night"})");
    CHECK_FALSE(night.delivery.enabled);
    CHECK(night.delivery.retries_max == 2U);
    CHECK(night.delivery.age_s_max == 60U);
    const RuleTrigger& orders = function.rules[1];
    CHECK(orders.bus == "shop");
    CHECK(orders.input_path == "$.detail");
    CHECK(
        orders.pattern == R"({"source":["Shop.orders"],"detail":{"total":[{"numeric":[">",10]}],)"
                          R"("code":["7",7,true,null]}})"
    );
    REQUIRE(function.schedules.size() == 1);
    const ScheduleTrigger& morning = function.schedules[0];
    CHECK(morning.name == "morning");
    CHECK(morning.zone == "Europe/Berlin");
    CHECK(morning.window_minutes == 10);
    CHECK(morning.start == "2030-01-01T08:00:00Z");
}

TEST_CASE("SamTemplate refuses events that say too little or too much", "[app][SamTemplate]") {
    const auto refused = [](const std::string& event) {
        const std::string head = R"(
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.11
      Events:
        E:
          )";
        return refusal(head + event);
    };
    CHECK(refused("{Type: Schedule, Properties: {Input: x}}").ends_with("event E needs Schedule"));
    CHECK(refused("{Type: ScheduleV2, Properties: {Input: x}}")
              .ends_with("event E needs ScheduleExpression"));
    CHECK(refused("{Type: EventBridgeRule, Properties: {Input: x}}")
              .ends_with("event E needs Pattern"));
    CHECK(refused("{Type: Schedule, Properties: {Schedule: rate(1 day), Pattern: {}}}")
              .ends_with("Pattern is not supported yet in an event of type Schedule"));
    CHECK(refused("{Type: Kinesis, Properties: {Stream: x}}").find("Kinesis") != std::string::npos);
}

TEST_CASE("Api events make the implicit API and those of the template", "[cli][template]") {
    const SamTemplate sam = read(R"(Resources:
  Own:
    Type: AWS::Serverless::Api
    Properties: {StageName: v1, Variables: {a: b}, BinaryMediaTypes: [image~1png]}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: a.b
      Runtime: python3.12
      Events:
        One: {Type: Api, Properties: {Path: /a, Method: get}}
        Two: {Type: Api, Properties: {Path: /b, Method: any, RestApiId: !Ref Own, Auth: {Authorizer: AWS_IAM}}}
)");
    REQUIRE(sam.apis.size() == 2);
    CHECK(sam.apis[0].stage == "v1");
    CHECK(sam.apis[0].variables.at("a") == "b");
    CHECK(sam.apis[0].binary_types == std::vector<std::string>{"image/png"});
    CHECK(sam.apis[1].logical_id == "ServerlessRestApi");
    CHECK(sam.apis[1].stage == "Prod");
    CHECK(sam.apis[1].name == "Shop");
    const auto& routes = sam.functions[0].api_routes;
    REQUIRE(routes.size() == 2);
    CHECK(routes[0].api_id == "ServerlessRestApi");
    CHECK(routes[0].method == "GET");
    CHECK_FALSE(routes[0].is_signed);
    CHECK(routes[1].api_id == "Own");
    CHECK(routes[1].method == "ANY");
    CHECK(routes[1].is_signed);
}

TEST_CASE("Api events that lambent cannot serve are refused by their line", "[cli][template]") {
    const auto [event, why] = GENERATE(table<std::string, std::string>({
        {"{Path: /a}", "needs Path and Method"},
        {"{Path: /a, Method: fetch}", "FETCH is not an HTTP method"},
        {"{Path: a, Method: get}", "begins with a slash"},
        {"{Path: /a, Method: get, RestApiId: !Ref F}", "RestApiId must be a !Ref"},
        {"{Path: /a, Method: get, Auth: {ApiKeyRequired: true}}", "Authorizer"},
    }));
    const std::string message = refusal(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      CodeUri: src/\n      Handler: a.b\n      Runtime: python3.12\n      Events:\n"
        "        E: {Type: Api, Properties: " +
        event + "}\n"
    );
    CHECK(message.find("template.yaml:9") == 0);
    CHECK(message.find(why) != std::string::npos);
}

}  // namespace
}  // namespace lambent::cli
