#include "app/cli/template/sam_template.h"

#include "app/cli/template/api_section.h"
#include "app/cli/template/function_reader.h"
#include "app/cli/template/queue_reader.h"
#include "app/cli/template/scope.h"
#include "app/cli/template/topic_reader.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lambent::cli {
namespace {

constexpr char kFunctionType[] = "AWS::Serverless::Function";
constexpr char kBucketType[] = "AWS::S3::Bucket";
constexpr char kAccount[] = "000000000000";

bool is_one_of(const std::string& text, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), text) != names.end();
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

// One pass over one document: parameters, then names, then the resources themselves.
class TemplateReader {
  public:
    TemplateReader(const TemplateSource& source, YAML::Node root)
        : source_(source),
          root_(std::move(root)),
          scope_(source.name),
          apis_(source, root_, scope_, template_) {}

    Result<SamTemplate> read() {
        LAMBENT_TRY(check_sections());
        LAMBENT_TRY(check_globals());
        LAMBENT_TRY(read_parameters());
        const YAML::Node resources = root_["Resources"];
        if (!resources || !resources.IsMap() || resources.size() == 0) {
            return scope_.error_at(root_, "there are no Resources");
        }
        for (const auto& entry : resources) {
            LAMBENT_TRY(name_resource(entry.first.as<std::string>(""), entry.second));
        }
        apis_.add_names(resources);
        LAMBENT_TRY(read_queues(resources));
        LAMBENT_TRY(read_topics(resources));
        const YAML::Node globals = root_["Globals"] ? root_["Globals"]["Function"] : YAML::Node();
        FunctionReader functions(
            scope_, template_.buckets, root_["Globals"] ? globals : undefined(), template_.notes
        );
        for (const auto& entry : resources) {
            const auto id = entry.first.as<std::string>("");
            if (const auto name = function_names_.find(id); name != function_names_.end()) {
                LAMBENT_TRY(auto function, functions.read(id, name->second, entry.second));
                template_.functions.push_back(std::move(function));
            }
        }
        LAMBENT_TRY(apis_.read(resources));
        read_outputs();
        template_.stack_name = source_.stack_name;
        return std::move(template_);
    }

  private:
    static YAML::Node undefined() { return YAML::Node(YAML::NodeType::Undefined); }

    Result<void> check_sections() {
        if (!root_.IsMap()) {
            return Error(Code::kInvalidArgument, source_.name + ": this is not a template");
        }
        for (const auto& entry : root_) {
            const auto name = entry.first.as<std::string>("");
            if (!is_one_of(
                    name,
                    {"AWSTemplateFormatVersion",
                     "Transform",
                     "Description",
                     "Metadata",
                     "Globals",
                     "Parameters",
                     "Resources",
                     "Outputs"}
                )) {
                return scope_.error_at(entry.first, "the section " + name + " is not supported");
            }
        }
        return {};
    }

    Result<void> check_globals() {
        for (const auto& entry : root_["Globals"]) {
            const auto name = entry.first.as<std::string>("");
            if (!is_one_of(name, {"Function", "Api", "HttpApi"})) {
                return scope_.error_at(entry.first, "Globals." + name + " is not supported yet");
            }
        }
        return {};
    }

    Result<void> read_parameters() {
        scope_.add_name("AWS::Region", source_.region);
        scope_.add_name("AWS::AccountId", kAccount);
        scope_.add_name("AWS::Partition", "aws");
        scope_.add_name("AWS::URLSuffix", "amazonaws.com");
        scope_.add_name("AWS::StackName", source_.stack_name);
        for (const auto& entry : root_["Parameters"]) {
            const auto name = entry.first.as<std::string>("");
            const auto given = source_.parameters.find(name);
            if (given != source_.parameters.end()) {
                scope_.add_name(name, given->second);
                continue;
            }
            const YAML::Node value = entry.second["Default"];
            if (!value) {
                return scope_.error_at(
                    entry.first,
                    "parameter " + name + " has no Default; give --parameter " + name + "=VALUE"
                );
            }
            LAMBENT_TRY(const std::string text, scope_.text(value, "Default"));
            scope_.add_name(name, text);
        }
        return {};
    }

    Result<void> name_resource(const std::string& id, const YAML::Node& resource) {
        const YAML::Node type_node = resource["Type"];
        const std::string type = type_node ? type_node.as<std::string>("") : "";
        if (resource["Condition"]) {
            return scope_.error_at(resource["Condition"], "Condition is not supported");
        }
        if (type == kFunctionType) {
            return name_function(id, resource);
        }
        if (type == kBucketType) {
            return name_bucket(id, resource);
        }
        if (type == QueueReader::kType) {
            return name_queue(id, resource);
        }
        if (type == TopicReader::kTopicType) {
            return name_topic(id, resource);
        }
        if (type == TopicReader::kSubscriptionType) {
            subscription_ids_.push_back(id);
            return {};
        }
        if (apis_.take(id, type)) {
            return {};
        }
        if (is_one_of(
                type,
                {"AWS::IAM::Role",
                 "AWS::IAM::Policy",
                 "AWS::Lambda::Permission",
                 "AWS::SNS::TopicPolicy",
                 "AWS::SQS::QueuePolicy",
                 "AWS::Logs::LogGroup"}
            )) {
            scope_.add_name(id, id);
            scope_.add_attribute(
                id, "Arn", "arn:aws:iam::" + std::string(kAccount) + ":role/" + id
            );
            template_.notes.push_back(
                scope_.place_of(resource) + ": " + id + " (" + type + ") has no effect here"
            );
            return {};
        }
        return scope_.error_at(
            resource,
            id + ": " + (type.empty() ? "a resource without a Type" : type) +
                " is not supported yet; " + kFunctionType + ", " + ApiReader::kType + ", " +
                HttpApiReader::kType + ", " + kBucketType + ", " + QueueReader::kType + ", " +
                TopicReader::kTopicType + " and " + TopicReader::kSubscriptionType + " are"
        );
    }

    Result<std::string> own_name(
        const YAML::Node& resource, const char* key, const std::string& otherwise
    ) const {
        const YAML::Node properties = resource["Properties"];
        if (properties && properties[key]) {
            return scope_.text(properties[key], key);
        }
        return otherwise;
    }

    Result<void> name_function(const std::string& id, const YAML::Node& resource) {
        LAMBENT_TRY(const std::string name, own_name(resource, "FunctionName", id));
        function_names_[id] = name;
        scope_.add_name(id, name);
        const std::string arn =
            "arn:aws:lambda:" + source_.region + ":" + kAccount + ":function:" + name;
        scope_.add_attribute(id, "Arn", arn);
        const YAML::Node globals = root_["Globals"] ? root_["Globals"]["Function"] : undefined();
        const YAML::Node all = united(globals, resource["Properties"]);
        if (all && all["AutoPublishAlias"]) {  // !Ref of its alias is the alias's ARN
            LAMBENT_TRY(
                const std::string alias, scope_.text(all["AutoPublishAlias"], "AutoPublishAlias")
            );
            scope_.add_name(id + ".Alias", arn + ":" + alias);
            scope_.add_attribute(id, "Alias", arn + ":" + alias);
        }
        return {};
    }

    // !Ref of a queue is its URL.
    Result<void> name_queue(const std::string& id, const YAML::Node& resource) {
        const QueueReader reader(scope_, template_.notes);
        LAMBENT_TRY(const std::string name, reader.name_of(id, source_.stack_name, resource));
        queue_names_[id] = name;
        const std::string url = source_.endpoint + "/" + kAccount + "/" + name;
        scope_.add_name(id, url);
        scope_.add_attribute(id, "QueueUrl", url);
        scope_.add_attribute(id, "QueueName", name);
        scope_.add_attribute(
            id, "Arn", "arn:aws:sqs:" + source_.region + ":" + kAccount + ":" + name
        );
        return {};
    }

    Result<void> read_queues(const YAML::Node& resources) {
        QueueReader reader(scope_, template_.notes);
        for (const auto& [id, name] : queue_names_) {
            LAMBENT_TRY(TemplateQueue queue, reader.read(id, name, resources[id]));
            template_.queues.push_back(std::move(queue));
        }
        return {};
    }

    // !Ref of a topic is its ARN.
    Result<void> name_topic(const std::string& id, const YAML::Node& resource) {
        const TopicReader reader(scope_, template_.notes);
        TemplateTopic topic;
        topic.logical_id = id;
        LAMBENT_TRY(topic.name, reader.name_of(id, source_.stack_name, resource));
        topic.arn = "arn:aws:sns:" + source_.region + ":" + kAccount + ":" + topic.name;
        scope_.add_name(id, topic.arn);
        scope_.add_attribute(id, "TopicArn", topic.arn);
        scope_.add_attribute(id, "TopicName", topic.name);
        template_.topics.push_back(std::move(topic));
        return {};
    }

    Result<void> read_topics(const YAML::Node& resources) {
        TopicReader reader(scope_, template_.notes);
        for (TemplateTopic& topic : template_.topics) {
            LAMBENT_TRY(
                topic,
                reader.read_topic(topic, resources[topic.logical_id], template_.subscriptions)
            );
        }
        for (const std::string& id : subscription_ids_) {
            LAMBENT_TRY(auto subscription, reader.read_subscription(id, resources[id]));
            template_.subscriptions.push_back(std::move(subscription));
        }
        return {};
    }

    // What cannot be known here is left out: nothing else depends on it.
    void read_outputs() {
        for (const auto& entry : root_["Outputs"]) {
            const auto name = entry.first.as<std::string>("");
            const YAML::Node value = entry.second.IsMap() ? entry.second["Value"] : undefined();
            const Result<std::string> text =
                value ? scope_.text(value, "Value")
                      : Result<std::string>(scope_.error_at(entry.first, "it has no Value"));
            if (text.has_error()) {
                template_.notes.push_back(
                    "output " + name + " is left out: " + text.error().message()
                );
                continue;
            }
            template_.outputs.push_back({name, apis_.with_addresses(*text)});
        }
    }

    Result<void> name_bucket(const std::string& id, const YAML::Node& resource) {
        const std::string made = lower(source_.stack_name + "-" + id);
        LAMBENT_TRY(const std::string name, own_name(resource, "BucketName", made));
        template_.buckets.push_back({id, name});
        scope_.add_name(id, name);
        scope_.add_attribute(id, "Arn", "arn:aws:s3:::" + name);
        scope_.add_attribute(id, "DomainName", name + ".s3.amazonaws.com");
        for (const auto& entry : resource["Properties"]) {
            LAMBENT_TRY(check_bucket_property(id, entry.first));
        }
        return {};
    }

    Result<void> check_bucket_property(const std::string& id, const YAML::Node& key) {
        const auto name = key.as<std::string>("");
        if (name == "BucketName") {
            return {};
        }
        if (is_one_of(
                name,
                {"PublicAccessBlockConfiguration",
                 "BucketEncryption",
                 "OwnershipControls",
                 "AccessControl",
                 "Tags"}
            )) {
            template_.notes.push_back(
                scope_.place_of(key) + ": " + name + " of " + id + " has no effect here"
            );
            return {};
        }
        return scope_.error_at(key, name + " is not supported yet (" + kBucketType + ")");
    }

    const TemplateSource& source_;
    YAML::Node root_;
    Scope scope_;
    SamTemplate template_;
    std::map<std::string, std::string> function_names_;  // by logical id
    std::map<std::string, std::string> queue_names_;
    std::vector<std::string> subscription_ids_;
    ApiSection apis_;
};

}  // namespace

Result<SamTemplate> read_template(const TemplateSource& source) {
    try {
        return TemplateReader(source, YAML::Load(source.text)).read();
    } catch (const YAML::Exception& failure) {
        const std::string line =
            failure.mark.is_null() ? "" : ":" + std::to_string(failure.mark.line + 1);
        return Error(Code::kInvalidArgument, "template", source.name + line + ": " + failure.msg);
    }
}

}  // namespace lambent::cli
