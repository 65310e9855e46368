#include "app/cli/template/function_reader.h"
#include "app/cli/template/topic_reader.h"

// The "Events" of type SNS: what becomes the subscription of a function.
namespace lambent::cli {

Result<TemplateSubscription> FunctionReader::read_sns_event(
    const std::string& id, const YAML::Node& properties
) const {
    if (!properties["Topic"]) {
        return scope_.error_at(properties, "event " + id + " needs Topic");
    }
    TemplateSubscription subscription;
    subscription.id = id;
    subscription.protocol = "lambda";
    LAMBENT_TRY(subscription.topic_arn, scope_.text(properties["Topic"], "Topic"));
    for (const auto& entry : properties) {
        const auto name = entry.first.as<std::string>("");
        if (name == "Topic" || name == "Region") {
            continue;
        }
        if (name == "SqsSubscription") {
            return scope_.error_at(
                entry.first,
                "SqsSubscription is not supported yet; an AWS::SNS::Subscription to a queue and an "
                "event of type SQS are"
            );
        }
        LAMBENT_TRY(
            const bool is_attribute,
            read_subscription_attribute(name, entry.second, scope_, subscription.attributes)
        );
        if (!is_attribute || name == "RawMessageDelivery") {
            return scope_.error_at(entry.first, name + " is not a property of an SNS event");
        }
    }
    return subscription;
}

}  // namespace lambent::cli
