#include "base/ids.h"
#include "triggers/topics/topic_delivery.h"
#include "triggers/topics/topics.h"

#include <algorithm>
#include <utility>

// The part of Topics that knows who gets what is published.
namespace lambent::triggers {
namespace {

constexpr std::size_t kTokenBytes = 64;

Error no_subscription() {
    return Error(Code::kNotFound, "subscription", "Subscription does not exist");
}

Error bad_subscription(const char* what) {
    return Error(Code::kInvalidArgument, "parameter", std::string("Invalid parameter: ") + what);
}

// "arn:aws:sns:region:account:topic" of a subscription, which has an id behind it.
std::string topic_of(const std::string& subscription_arn) {
    return subscription_arn.substr(0, subscription_arn.rfind(':'));
}

}  // namespace

Result<void> Topics::check_room_for(const PerTopic& per, const SubscriptionPlan& plan) const {
    if (per.topic.kind() == TopicKind::kFifo && per.plans.size() >= kFifoSubscriptionsMax) {
        return Error(Code::kTooLarge, "subscriptions", "Subscription limit exceeded");
    }
    const auto filtered = std::count_if(per.plans.begin(), per.plans.end(), [](const auto& one) {
        return one.second->filter.has_value();
    });
    if (plan.filter && static_cast<std::size_t>(filtered) >= kFilterPoliciesMax) {
        return Error(Code::kTooLarge, "filter_policies", "Filter policy limit exceeded");
    }
    return {};
}

Task<Result<Subscription>> Topics::subscribe(
    std::string topic_arn, std::string protocol, std::string endpoint, TopicTexts attributes
) {
    LAMBENT_CO_TRY(const PerTopic* const per, find_topic(topic_arn));
    Subscription wanted;
    LAMBENT_CO_TRY(wanted.protocol, read_protocol(protocol));
    LAMBENT_CO_TRY(check_endpoint(per->topic.kind(), wanted.protocol, endpoint));
    wanted.topic_arn = topic_arn;
    wanted.endpoint = std::move(endpoint);
    wanted.attributes = std::move(attributes);
    wanted.created_ms = now_ms();
    for (const auto& [arn, plan] : per->plans) {
        const Subscription& known = plan->subscription;
        if (known.protocol != wanted.protocol || known.endpoint != wanted.endpoint) {
            continue;
        }
        Subscription there = known;
        TopicTexts asked = std::move(wanted.attributes);
        co_return co_await repeat(std::move(there), std::move(asked));
    }
    co_return co_await add(std::move(wanted));
}

Task<Result<Subscription>> Topics::add(Subscription wanted) {
    LAMBENT_CO_TRY(const PerTopic* const per, find_topic(wanted.topic_arn));
    const TopicKind kind = per->topic.kind();
    wanted.arn = wanted.topic_arn + ":" + random_uuid();
    if (is_web(wanted.protocol)) {
        wanted.token = random_hex(kTokenBytes);
        wanted.confirmed = false;
    }
    LAMBENT_CO_TRY(SubscriptionPlanPtr plan, plan_of(wanted, kind));
    LAMBENT_CO_TRY(check_room_for(*per, *plan));
    const auto there = std::make_shared<std::optional<Subscription>>();  // the closure's and ours
    Change addition = [wanted, kind, there, ports = ports_](TopicRows& rows) -> Result<void> {
        LAMBENT_TRY(const bool has_topic, rows.has_topic(wanted.topic_arn));
        if (!has_topic) {
            return Error(Code::kNotFound, "topic", "Topic does not exist");
        }
        // Two that subscribe one endpoint at once have both seen none.
        LAMBENT_TRY(*there, rows.subscription_like(wanted));
        if (*there && plan_of(**there, kind).has_value()) {
            return {};
        }
        if (*there) {  // it was left out
            LAMBENT_TRY(rows.remove_subscription((*there)->arn));
            there->reset();
        }
        LAMBENT_TRY(rows.add(wanted));
        return ask_in(rows, ports, wanted, wanted.created_ms);
    };
    LAMBENT_CO_TRY(co_await write(std::move(addition)));
    if (*there) {
        co_return co_await repeat(std::move(**there), std::move(wanted.attributes));
    }
    if (!wanted.confirmed) {
        ports_.outbox.wake();
    }
    if (PerTopic* const now = find(wanted.topic_arn)) {
        now->plans[wanted.arn] = std::move(plan);
    }
    co_return wanted;
}

// Writes into a transaction that the endpoint is asked; nothing for one that is confirmed.
Result<void> Topics::ask_in(
    TopicRows& rows, const Ports& ports, const Subscription& subscription, std::int64_t now_ms
) {
    if (subscription.confirmed) {
        return {};
    }
    const TopicDelivery question = confirmation_to(subscription, now_ms, ports.writer);
    return ports.outbox.add_in(rows.session, question.message, question.rules);
}

Task<Result<Subscription>> Topics::repeat(Subscription known, TopicTexts attributes) {
    if (!attributes.empty() && attributes != known.attributes) {
        co_return bad_subscription(
            "Attributes Reason: Subscription already exists with different attributes"
        );
    }
    if (known.confirmed) {
        co_return known;
    }
    const auto asked = std::make_shared<Subscription>();  // the closure's and ours
    Change question = [asked,
                       arn = known.arn,
                       fresh = random_hex(kTokenBytes),
                       ports = ports_,
                       now = now_ms()](TopicRows& rows) -> Result<void> {
        LAMBENT_TRY(*asked, rows.subscription(arn));
        if (!asked->confirmed && now - asked->created_ms >= kTokenMsMax) {
            asked->token = fresh;
            asked->created_ms = now;
            LAMBENT_TRY(rows.set_token(*asked));
        }
        return ask_in(rows, ports, *asked, now);
    };
    LAMBENT_CO_TRY(co_await write(std::move(question)));
    ports_.outbox.wake();
    const auto renew = [&asked](Subscription& now) {
        now.token = asked->token;
        now.created_ms = asked->created_ms;
    };
    LAMBENT_CO_TRY(keep(asked->arn, renew));
    co_return *asked;
}

Task<Result<Subscription>> Topics::confirm(std::string topic_arn, std::string token) {
    LAMBENT_CO_TRY(const PerTopic* const per, find_topic(topic_arn));
    const auto known = std::find_if(per->plans.begin(), per->plans.end(), [&](const auto& one) {
        const Subscription& subscription = one.second->subscription;
        return !subscription.token.empty() && subscription.token == token;
    });
    if (known == per->plans.end()) {
        co_return bad_subscription("Token");
    }
    Subscription confirmed = known->second->subscription;
    if (!confirmed.confirmed && now_ms() - confirmed.created_ms >= kTokenMsMax) {
        co_return bad_subscription("Token");
    }
    confirmed.confirmed = true;
    Change change = [arn = confirmed.arn](TopicRows& rows) {
        return rows.confirm(arn);
    };
    LAMBENT_CO_TRY(co_await write(std::move(change)));
    LAMBENT_CO_TRY(keep(confirmed.arn, [](Subscription& now) { now.confirmed = true; }));
    co_return confirmed;
}

Task<Result<void>> Topics::unsubscribe(std::string arn) {
    if (find_plan(arn).has_error()) {
        co_return Result<void>();
    }
    Change removal = [arn](TopicRows& rows) {
        return rows.remove_subscription(arn);
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    if (PerTopic* const per = find(topic_of(arn))) {
        per->plans.erase(arn);
    }
    co_return Result<void>();
}

Result<Subscription> Topics::subscription(const std::string& arn) const {
    LAMBENT_TRY(const SubscriptionPlanPtr plan, find_plan(arn));
    return plan->subscription;
}

std::vector<Subscription> Topics::subscriptions() const {
    std::vector<Subscription> all;
    for (const auto& [topic, per] : topics_) {
        for (const auto& [arn, plan] : per.plans) {
            all.push_back(plan->subscription);
        }
    }
    return all;
}

Result<std::vector<Subscription>> Topics::subscriptions_of(const std::string& topic_arn) const {
    LAMBENT_TRY(const PerTopic* const per, find_topic(topic_arn));
    std::vector<Subscription> all;
    for (const auto& [arn, plan] : per->plans) {
        all.push_back(plan->subscription);
    }
    return all;
}

Task<Result<void>> Topics::set_subscription_attribute(
    std::string arn, std::string name, std::string value
) {
    LAMBENT_CO_TRY(Subscription changed, subscription(arn));
    LAMBENT_CO_TRY(const PerTopic* const per, find_topic(changed.topic_arn));
    set_text(changed.attributes, name, value);
    const TopicKind kind = per->topic.kind();
    LAMBENT_CO_TRY(const SubscriptionPlanPtr plan, plan_of(changed, kind));
    if (!per->plans.at(arn)->filter) {
        LAMBENT_CO_TRY(check_room_for(*per, *plan));
    }
    // What is on disk by then may have other attributes that this one does not go with.
    Change change = [arn, name, value, kind](TopicRows& rows) -> Result<void> {
        LAMBENT_TRY(Subscription there, rows.subscription(arn));
        set_text(there.attributes, name, value);
        LAMBENT_TRY(plan_of(there, kind));
        return rows.set_attributes(there);
    };
    LAMBENT_CO_TRY(co_await write(std::move(change)));
    LAMBENT_CO_TRY(keep(arn, [&](Subscription& now) { set_text(now.attributes, name, value); }));
    co_return Result<void>();
}

// What memory has of a subscription, after the disk has it.
Result<void> Topics::keep(
    const std::string& arn, const std::function<void(Subscription&)>& change
) {
    PerTopic* const per = find(topic_of(arn));
    if (per == nullptr || !per->plans.contains(arn)) {
        return {};
    }
    Subscription changed = per->plans[arn]->subscription;
    change(changed);
    LAMBENT_TRY(per->plans[arn], plan_of(std::move(changed), per->topic.kind()));
    return {};
}

Result<SubscriptionPlanPtr> Topics::find_plan(const std::string& arn) const {
    const auto topic = topics_.find(topic_of(arn));
    if (topic == topics_.end()) {
        return no_subscription();
    }
    const auto found = topic->second.plans.find(arn);
    if (found == topic->second.plans.end()) {
        return no_subscription();
    }
    return found->second;
}

}  // namespace lambent::triggers
