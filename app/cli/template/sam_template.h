#pragma once

#include "app/cli/client/function_operation_api.h"
#include "app/cli/client/function_url_api.h"
#include "app/cli/client/http_api.h"
#include "app/cli/client/lambda_api.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::cli {

// An "Events" entry of type S3: when it happens in the bucket, the function is invoked.
struct S3Trigger {
    std::string id;         // the entry's own name
    std::string bucket_id;  // logical id of a bucket of the same template
    std::vector<std::string> events;
    std::string prefix;
    std::string suffix;
};

// An "Events" entry of type SQS: an event source mapping; the defaults are Lambda's.
struct SqsTrigger {
    std::string id;
    std::string queue_arn;
    bool enabled = true;
    std::uint32_t batch_size = 10;
    std::uint32_t window_s = 0;
    std::vector<std::string> filters;  // event patterns
    std::vector<std::string> response_types;
    std::optional<std::uint32_t> concurrency_max;
    friend bool operator==(const SqsTrigger&, const SqsTrigger&) = default;
};

// Who gets what is published on a topic: an AWS::SNS::Subscription, an entry of a topic's own list,
// or an "Events" entry of type SNS, whose endpoint is the function.
struct TemplateSubscription {
    std::string id;  // the resource's or entry's own name
    std::string topic_arn;
    std::string protocol;
    std::string endpoint;                           // empty: the function
    std::map<std::string, std::string> attributes;  // as SNS names and writes them
};

// An "Events" entry of type Api: a method of a REST API that leads to the function.
struct ApiTrigger {
    std::string api_id;  // logical id of an API of the same template, or of the implicit one
    std::string path;    // "/pets/{id}"
    std::string method;  // "GET", "ANY"
    bool is_signed = false;
    std::string place;  // in the template, for messages
};

// What an event says instead of an authorizer's name.
inline constexpr char kNoAuthorizer[] = "NONE";
inline constexpr char kIamAuthorizer[] = "AWS_IAM";

// An "Events" entry of type HttpApi: a route of an HTTP API that leads to the function.
struct HttpApiTrigger {
    std::string api_id;     // logical id of an API of the same template, or of the implicit one
    std::string route_key;  // "GET /pets/{id}", "ANY /{proxy+}", "$default"
    std::string payload_version = "2.0";
    std::uint32_t timeout_ms = 30'000;
    std::string authorizer;           // a name, NONE or AWS_IAM
    std::vector<std::string> scopes;  // of which a token must have one, if there are any
    std::string place;                // in the template, for messages
};

// How an event gets to the function, and what the function gets instead of it.
struct Delivery {
    bool enabled = true;
    std::string input;  // empty: the event
    std::optional<std::uint32_t> retries_max;
    std::optional<std::uint32_t> age_s_max;
    std::string dead_letter_arn;
};

// An "Events" entry of type Schedule, EventBridgeRule or CloudWatchEvent: a rule of EventBridge.
struct RuleTrigger {
    std::string id;        // the entry's own name
    std::string name;      // the rule's
    std::string schedule;  // this, or
    std::string pattern;   // this, as JSON
    std::string description;
    std::string bus;  // empty: the default bus
    std::string input_path;
    Delivery delivery;
};

// An "Events" entry of type ScheduleV2: a schedule of EventBridge Scheduler.
struct ScheduleTrigger {
    std::string id;
    std::string name;
    std::string group;  // empty: the default group
    std::string expression;
    std::string zone;  // empty: UTC
    std::string description;
    std::string start;  // 2026-11-21T08:00:00Z
    std::string end;
    std::string role;
    std::uint32_t window_minutes = 0;
    Delivery delivery;
};

// What `sam build` would do with the code.
enum class BuildMethod { kByRuntime, kMakefile };

// How a function is run; what is not named stays as it is.
struct FunctionOperation {
    std::string alias;  // AutoPublishAlias: everything leads to it, and it to the newest version
    std::string version_description;
    std::optional<std::uint32_t> reserved_slots;
    std::optional<std::uint32_t> provisioned_slots;  // of the alias
    std::optional<AsyncSettings> async;
    std::string recursive_loop;  // "Allow", "Terminate"
};

struct TemplateFunction {
    std::string logical_id;
    FunctionSettings settings;
    FunctionOperation operation;
    std::string code_uri;     // relative to the template
    std::string inline_code;  // instead of code_uri
    BuildMethod build = BuildMethod::kByRuntime;
    std::vector<S3Trigger> triggers;
    std::vector<SqsTrigger> queue_triggers;
    std::vector<TemplateSubscription> topic_triggers;
    std::vector<ApiTrigger> api_routes;
    std::vector<HttpApiTrigger> http_routes;
    std::optional<UrlSettings> url;  // its FunctionUrlConfig
    std::vector<RuleTrigger> rules;
    std::vector<ScheduleTrigger> schedules;
    int line = 0;
};

struct TemplateBucket {
    std::string logical_id;
    std::string name;
};

struct TemplateQueue {
    std::string logical_id;
    std::string name;
    std::map<std::string, std::string> attributes;  // as SQS names and writes them
};

struct TemplateTopic {
    std::string logical_id;
    std::string name;
    std::string arn;
    std::map<std::string, std::string> attributes;  // as SNS names and writes them
};

// A REST API; the routes are its functions'.
struct TemplateApi {
    std::string logical_id;
    std::string name;
    std::string stage;
    std::string description;
    std::map<std::string, std::string> variables;
    std::vector<std::string> binary_types;
};

// One of an HTTP API's authorizers, and the scopes of the routes that name none.
struct TemplateAuthorizer {
    HttpAuthorizer settings;
    std::vector<std::string> scopes;
};

// An HTTP API; the routes are its functions'.
struct TemplateHttpApi {
    static constexpr char kDefaultStage[] = "$default";

    std::string logical_id;
    HttpApiSettings settings;
    std::string stage = kDefaultStage;
    std::map<std::string, std::string> variables;
    std::vector<TemplateAuthorizer> authorizers;
    std::string default_authorizer = kNoAuthorizer;  // of routes that name none
    bool allows_iam = false;                         // whether routes may ask for signatures
};

struct TemplateOutput {
    std::string name;
    std::string value;
};

// A SAM template, as far as lambent has what it asks for; all references resolved. What it asks
// for beyond that is an error that names the line, or a note when leaving it out changes nothing.
struct SamTemplate {
    std::vector<TemplateFunction> functions;
    std::vector<TemplateBucket> buckets;
    std::vector<TemplateQueue> queues;
    std::vector<TemplateTopic> topics;
    std::vector<TemplateSubscription> subscriptions;
    std::vector<TemplateApi> apis;
    std::vector<TemplateHttpApi> http_apis;
    std::vector<TemplateOutput> outputs;
    std::string stack_name;
    std::vector<std::string> notes;
};

struct TemplateSource {
    std::string text;
    std::string name = "template.yaml";  // for messages
    std::string stack_name = "stack";    // names buckets that have no BucketName
    std::string region = "us-east-1";
    std::string endpoint = "http://127.0.0.1:4566";  // of the daemon: queues are named by URLs
    std::map<std::string, std::string> parameters;   // override the defaults
    // What API Gateway calls the APIs, by logical id; one that is not named goes by its logical id,
    // as long as the template is only looked at.
    std::map<std::string, std::string> api_ids;
};

Result<SamTemplate> read_template(const TemplateSource& source);

}  // namespace lambent::cli
