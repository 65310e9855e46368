#include "triggers/topics/topics.h"

#include "base/ids.h"
#include "triggers/topics/topic_rules.h"

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

Error no_topic() {
    return Error(Code::kNotFound, "topic", "Topic does not exist");
}

Error no_subscription() {
    return Error(Code::kNotFound, "subscription", "Subscription does not exist");
}

Error differs(const char* what) {
    return Error(Code::kInvalidArgument, "parameter", std::string("Invalid parameter: ") + what);
}

// Whether a topic that is there is what creating it once more asks for.
Result<void> check_same(const Topic& known, const TopicTexts& attributes, const TopicTexts& tags) {
    for (const auto& [name, value] : attributes) {
        if (!known.has(name, value)) {
            return differs("Attributes Reason: Topic already exists with different attributes");
        }
    }
    if (!tags.empty() && tags != known.tags) {
        return differs("Tags Reason: Topic already exists with different tags");
    }
    return {};
}

Error too_many_tags() {
    return Error(
        Code::kTooLarge, "tags", "Could not complete request: tag quota of per resource exceeded"
    );
}

// "arn:aws:sns:region:account:topic" of a subscription, which has an id behind it.
std::string topic_of(const std::string& subscription_arn) {
    return subscription_arn.substr(0, subscription_arn.rfind(':'));
}

}  // namespace

// --- Loading

Task<Result<void>> Topics::load() {
    const auto all = std::make_shared<TopicRows::All>();  // the closure's and ours
    Change work = [all](TopicRows& rows) -> Result<void> {
        LAMBENT_TRY(*all, rows.read_all());
        return {};
    };
    LAMBENT_CO_TRY(co_await write(std::move(work)));
    co_return fill(std::move(*all));
}

Result<void> Topics::fill(TopicRows::All all) {
    for (Topic& topic : all.topics) {
        const std::string arn = topic.arn;
        topics_[arn].topic = std::move(topic);
    }
    for (Subscription& subscription : all.subscriptions) {
        PerTopic* const per = find(subscription.topic_arn);
        if (per == nullptr) {
            return Error(Code::kCorrupted, "subscription " + subscription.arn + " has no topic");
        }
        const std::string arn = subscription.arn;
        LAMBENT_TRY(per->plans[arn], plan_of(std::move(subscription), per->topic.kind()));
    }
    return {};
}

// --- Topics

Task<Result<Topic>> Topics::create(std::string name, TopicTexts attributes, TopicTexts tags) {
    LAMBENT_CO_TRY(check_new_topic(name, attributes));
    Topic wanted;
    wanted.name = name;
    wanted.arn = topic_arn(region_, name);
    if (const PerTopic* const known = find(wanted.arn)) {
        LAMBENT_CO_TRY(check_same(known->topic, attributes, tags));
        co_return known->topic;
    }
    if (topics_.size() >= kTopicsMax) {
        co_return Error(Code::kTooLarge, "topics", "Topic limit exceeded");
    }
    if (tags.size() > kTopicTagsMax) {
        co_return too_many_tags();
    }
    wanted.attributes = std::move(attributes);
    wanted.tags = std::move(tags);
    wanted.created_ms = now_ms();
    Change addition = [wanted](TopicRows& rows) -> Result<void> {
        // Two that create it at once have both seen none.
        LAMBENT_TRY(const bool is_there, rows.has_topic(wanted.arn));
        return is_there ? Result<void>() : rows.add(wanted);
    };
    LAMBENT_CO_TRY(co_await write(std::move(addition)));
    const auto kept = topics_.try_emplace(wanted.arn, PerTopic{wanted, {}}).first;
    co_return kept->second.topic;
}

Task<Result<void>> Topics::remove(std::string arn) {
    if (find(arn) == nullptr) {
        co_return Result<void>();
    }
    Change removal = [arn](TopicRows& rows) {
        return rows.remove_topic(arn);
    };
    LAMBENT_CO_TRY(co_await write(std::move(removal)));
    topics_.erase(arn);
    co_return Result<void>();
}

Result<Topic> Topics::topic(const std::string& arn) const {
    LAMBENT_TRY(const PerTopic* const per, find_topic(arn));
    return per->topic;
}

std::vector<Topic> Topics::topics() const {
    std::vector<Topic> all;
    for (const auto& [arn, per] : topics_) {
        all.push_back(per.topic);
    }
    return all;
}

Task<Result<void>> Topics::set_attribute(std::string arn, std::string name, std::string value) {
    LAMBENT_CO_TRY(Topic changed, topic(arn));
    LAMBENT_CO_TRY(check_topic_attribute(changed.kind(), name, value));
    changed.attributes[name] = std::move(value);
    co_return co_await store_topic(std::move(changed));
}

Task<Result<void>> Topics::set_tags(std::string arn, TopicTexts tags) {
    LAMBENT_CO_TRY(Topic changed, topic(arn));
    if (tags.size() > kTopicTagsMax) {
        co_return too_many_tags();
    }
    changed.tags = std::move(tags);
    co_return co_await store_topic(std::move(changed));
}

Task<Result<void>> Topics::store_topic(Topic topic) {
    Change change = [topic](TopicRows& rows) {
        return rows.change(topic);
    };
    LAMBENT_CO_TRY(co_await write(std::move(change)));
    if (PerTopic* const now = find(topic.arn)) {
        now->topic = std::move(topic);
    }
    co_return Result<void>();
}

// --- Subscriptions

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
        if (!wanted.attributes.empty() && wanted.attributes != known.attributes) {
            co_return differs(
                "Attributes Reason: Subscription already exists with different attributes"
            );
        }
        co_return known;
    }
    wanted.arn = topic_arn + ":" + random_uuid();
    LAMBENT_CO_TRY(SubscriptionPlanPtr plan, plan_of(wanted, per->topic.kind()));
    LAMBENT_CO_TRY(check_room_for(*per, *plan));
    Change addition = [wanted](TopicRows& rows) -> Result<void> {
        LAMBENT_TRY(const bool has_topic, rows.has_topic(wanted.topic_arn));
        return has_topic ? rows.add(wanted) : Result<void>(no_topic());
    };
    LAMBENT_CO_TRY(co_await write(std::move(addition)));
    if (PerTopic* const now = find(topic_arn)) {
        now->plans[wanted.arn] = std::move(plan);
    }
    co_return wanted;
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
    if (value.empty()) {
        changed.attributes.erase(name);
    } else {
        changed.attributes[name] = std::move(value);
    }
    LAMBENT_CO_TRY(SubscriptionPlanPtr plan, plan_of(changed, per->topic.kind()));
    if (!per->plans.at(arn)->filter) {
        LAMBENT_CO_TRY(check_room_for(*per, *plan));
    }
    Change change = [changed](TopicRows& rows) {
        return rows.change(changed);
    };
    LAMBENT_CO_TRY(co_await write(std::move(change)));
    PerTopic* const now = find(changed.topic_arn);
    if (now != nullptr && now->plans.contains(arn)) {
        now->plans[arn] = std::move(plan);
    }
    co_return Result<void>();
}

// --- What is there

Topics::PerTopic* Topics::find(const std::string& arn) {
    const auto found = topics_.find(arn);
    return found == topics_.end() ? nullptr : &found->second;
}

Result<const Topics::PerTopic*> Topics::find_topic(const std::string& arn) const {
    const auto found = topics_.find(arn);
    if (found == topics_.end()) {
        return no_topic();
    }
    return &found->second;
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

Task<Result<void>> Topics::write(Change what) {
    sql::Work work = [what = std::move(what)](sql::Session& session) -> Result<void> {
        TopicRows rows{session};
        return what(rows);
    };
    co_return co_await ports_.driver.write(std::move(work));
}

}  // namespace lambent::triggers
