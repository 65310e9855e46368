#include "api/sns/operations.h"
#include "api/sns/sns_errors.h"
#include "api/sns/sns_fields.h"
#include "runtime/functions/function.h"

#include <utility>
#include <vector>

namespace lambent::api::sns {
namespace {

using triggers::Subscription;

triggers::TopicTexts shown_subscription(const Subscription& subscription) {
    triggers::TopicTexts shown = subscription.attributes;
    shown.try_emplace("RawMessageDelivery", "false");
    if (shown.contains("FilterPolicy")) {
        shown.try_emplace("FilterPolicyScope", "MessageAttributes");
    }
    shown["SubscriptionArn"] = subscription.arn;
    shown["TopicArn"] = subscription.topic_arn;
    shown["Protocol"] = to_string(subscription.protocol);
    shown["Endpoint"] = subscription.endpoint;
    shown["Owner"] = runtime::kAccountId;
    shown["PendingConfirmation"] = subscription.confirmed ? "false" : "true";
    const bool is_own = !triggers::is_web(subscription.protocol);
    shown["ConfirmationWasAuthenticated"] = is_own ? "true" : "false";
    shown["SubscriptionPrincipal"] = std::string("arn:aws:iam::") + runtime::kAccountId + ":root";
    return shown;
}

void write_subscription(XmlWriter& xml, const Subscription& subscription) {
    xml.open("member");
    xml.leaf("SubscriptionArn", subscription.confirmed ? subscription.arn : "PendingConfirmation");
    xml.leaf("Owner", runtime::kAccountId);
    xml.leaf("Protocol", to_string(subscription.protocol));
    xml.leaf("Endpoint", subscription.endpoint);
    xml.leaf("TopicArn", subscription.topic_arn);
    xml.close();
}

Answer<WriteResult> page_of(std::vector<Subscription> all, const QueryNode& asked) {
    LAMBENT_TRY(const PageRange page, read_page(asked, all.size()));
    return WriteResult([all = std::move(all), page](XmlWriter& xml) {
        xml.open("Subscriptions");
        for (std::size_t i = page.begin; i < page.end; ++i) {
            write_subscription(xml, all[i]);
        }
        xml.close();
        if (!page.next_token.empty()) {
            xml.leaf("NextToken", page.next_token);
        }
    });
}

WriteResult arn_result(const std::string& arn) {
    return [arn](XmlWriter& xml) {
        xml.leaf("SubscriptionArn", arn);
    };
}

}  // namespace

Served subscribe(Call call) {
    LAMBENT_CO_TRY(std::string topic, read_arn(call.asked, "TopicArn"));
    LAMBENT_CO_TRY(std::string protocol, read_required(call.asked, "Protocol"));
    std::string endpoint = call.asked.text("Endpoint");
    triggers::TopicTexts attributes = read_map(call.asked, "Attributes");
    const auto made = co_await call.topics.subscribe(
        std::move(topic), std::move(protocol), std::move(endpoint), std::move(attributes)
    );
    if (made.has_error()) {
        co_return from_subscribe_error(made.error());
    }
    const bool is_told = made->confirmed || call.asked.text("ReturnSubscriptionArn") == "true";
    co_return arn_result(is_told ? made->arn : "pending confirmation");
}

Served confirm_subscription(Call call) {
    LAMBENT_CO_TRY(std::string topic, read_arn(call.asked, "TopicArn"));
    LAMBENT_CO_TRY(std::string token, read_required(call.asked, "Token"));
    const auto confirmed = co_await call.topics.confirm(std::move(topic), std::move(token));
    if (confirmed.has_error()) {
        co_return from_error(confirmed.error());
    }
    co_return arn_result(confirmed->arn);
}

Served unsubscribe(Call call) {
    LAMBENT_CO_TRY(std::string arn, read_arn(call.asked, "SubscriptionArn"));
    const auto removed = co_await call.topics.unsubscribe(std::move(arn));
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return WriteResult();
}

Served list_subscriptions(Call call) {
    co_return page_of(call.topics.subscriptions(), call.asked);
}

Served list_subscriptions_by_topic(Call call) {
    LAMBENT_CO_TRY(const std::string topic, read_arn(call.asked, "TopicArn"));
    auto all = call.topics.subscriptions_of(topic);
    if (all.has_error()) {
        co_return from_error(all.error());
    }
    co_return page_of(*std::move(all), call.asked);
}

Served get_subscription_attributes(Call call) {
    LAMBENT_CO_TRY(const std::string arn, read_arn(call.asked, "SubscriptionArn"));
    const auto known = call.topics.subscription(arn);
    if (known.has_error()) {
        co_return from_error(known.error());
    }
    auto shown = shown_subscription(*known);
    co_return WriteResult([shown = std::move(shown)](XmlWriter& xml) {
        write_map(xml, "Attributes", shown);
    });
}

Served set_subscription_attributes(Call call) {
    LAMBENT_CO_TRY(std::string arn, read_arn(call.asked, "SubscriptionArn"));
    LAMBENT_CO_TRY(std::string name, read_required(call.asked, "AttributeName"));
    std::string value = call.asked.text("AttributeValue");
    const auto set = co_await call.topics.set_subscription_attribute(
        std::move(arn), std::move(name), std::move(value)
    );
    if (set.has_error()) {
        co_return from_error(set.error());
    }
    co_return WriteResult();
}

}  // namespace lambent::api::sns
