#include "api/sns/operations.h"
#include "api/sns/sns_errors.h"
#include "api/sns/sns_fields.h"
#include "api/wire/json.h"
#include "runtime/functions/function.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace lambent::api::sns {
namespace {

using Json = nlohmann::ordered_json;
using triggers::Topic;
using triggers::TopicKind;

// What SNS says of topics that nobody has given one: their owner may do everything.
std::string default_policy(const Topic& topic) {
    constexpr std::array kActions = {
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish"};
    Json statement;
    statement["Effect"] = "Allow";
    statement["Sid"] = "__default_statement_ID";
    statement["Principal"]["AWS"] = "*";
    statement["Action"] = kActions;
    statement["Resource"] = topic.arn;
    statement["Condition"]["StringEquals"]["AWS:SourceOwner"] = runtime::kAccountId;
    Json policy;
    policy["Version"] = "2008-10-17";
    policy["Id"] = "__default_policy_ID";
    policy["Statement"] = Json::array({std::move(statement)});
    return dump_json(policy);
}

triggers::TopicTexts shown_attributes(
    const Topic& topic, const std::vector<triggers::Subscription>& subscriptions
) {
    const auto pending = std::count_if(
        subscriptions.begin(), subscriptions.end(), [](const auto& one) { return !one.confirmed; }
    );
    const auto all = static_cast<std::ptrdiff_t>(subscriptions.size());
    triggers::TopicTexts shown = topic.attributes;
    shown.try_emplace("DisplayName", "");
    shown.try_emplace("Policy", default_policy(topic));
    if (topic.kind() == TopicKind::kFifo) {
        shown.try_emplace("ContentBasedDeduplication", "false");
        shown.try_emplace("FifoThroughputScope", "Topic");
    } else {
        shown.erase("FifoTopic");
    }
    shown["TopicArn"] = topic.arn;
    shown["Owner"] = runtime::kAccountId;
    shown["SubscriptionsConfirmed"] = std::to_string(all - pending);
    shown["SubscriptionsPending"] = std::to_string(pending);
    shown["SubscriptionsDeleted"] = "0";
    return shown;
}

}  // namespace

Served create_topic(Call call) {
    LAMBENT_CO_TRY(std::string name, read_required(call.asked, "Name"));
    triggers::TopicTexts attributes = read_map(call.asked, "Attributes");
    triggers::TopicTexts tags = read_tags(call.asked);
    const auto made =
        co_await call.topics.create(std::move(name), std::move(attributes), std::move(tags));
    if (made.has_error()) {
        co_return from_error(made.error());
    }
    co_return WriteResult([arn = made->arn](XmlWriter& xml) { xml.leaf("TopicArn", arn); });
}

Served delete_topic(Call call) {
    LAMBENT_CO_TRY(std::string arn, read_arn(call.asked, "TopicArn"));
    const auto removed = co_await call.topics.remove(std::move(arn));
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return WriteResult();
}

Served list_topics(Call call) {
    std::vector<Topic> topics = call.topics.topics();
    LAMBENT_CO_TRY(const PageRange page, read_page(call.asked, topics.size()));
    co_return WriteResult([topics = std::move(topics), page](XmlWriter& xml) {
        xml.open("Topics");
        for (std::size_t i = page.begin; i < page.end; ++i) {
            xml.open("member");
            xml.leaf("TopicArn", topics[i].arn);
            xml.close();
        }
        xml.close();
        if (!page.next_token.empty()) {
            xml.leaf("NextToken", page.next_token);
        }
    });
}

Served get_topic_attributes(Call call) {
    LAMBENT_CO_TRY(const std::string arn, read_arn(call.asked, "TopicArn"));
    const auto topic = call.topics.topic(arn);
    const auto subscriptions = call.topics.subscriptions_of(arn);
    if (topic.has_error()) {
        co_return from_error(topic.error());
    }
    auto shown = shown_attributes(*topic, *subscriptions);
    co_return WriteResult([shown = std::move(shown)](XmlWriter& xml) {
        write_map(xml, "Attributes", shown);
    });
}

Served set_topic_attributes(Call call) {
    LAMBENT_CO_TRY(std::string arn, read_arn(call.asked, "TopicArn"));
    LAMBENT_CO_TRY(std::string name, read_required(call.asked, "AttributeName"));
    std::string value = call.asked.text("AttributeValue");
    const auto set =
        co_await call.topics.set_attribute(std::move(arn), std::move(name), std::move(value));
    if (set.has_error()) {
        co_return from_error(set.error());
    }
    co_return WriteResult();
}

}  // namespace lambent::api::sns
