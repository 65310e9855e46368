#include "triggers/topics/topics.h"

#include "triggers/topics/topic_rules.h"

#include <utility>

namespace lambent::triggers {
namespace {

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
        Result<SubscriptionPlanPtr> plan = plan_of(std::move(subscription), per->topic.kind());
        if (plan.has_error()) {
            log_.error(
                "subscription_left_out", {{"subscription", arn}, {"reason", plan.error().message()}}
            );
            continue;
        }
        per->plans[arn] = std::move(*plan);
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
    LAMBENT_CO_TRY(const PerTopic* const per, find_topic(arn));
    LAMBENT_CO_TRY(check_topic_attribute(per->topic.kind(), name, value));
    Change change = [arn, name, value](TopicRows& rows) {
        return rows.set_topic_attribute(arn, name, value);
    };
    LAMBENT_CO_TRY(co_await write(std::move(change)));
    if (PerTopic* const now = find(arn)) {
        now->topic.attributes[name] = value;
    }
    co_return Result<void>();
}

Task<Result<void>> Topics::set_tags(std::string arn, TopicTexts tags) {
    LAMBENT_CO_TRY(find_topic(arn));
    if (tags.size() > kTopicTagsMax) {
        co_return too_many_tags();
    }
    Change change = [arn, tags](TopicRows& rows) {
        return rows.set_tags(arn, tags);
    };
    LAMBENT_CO_TRY(co_await write(std::move(change)));
    if (PerTopic* const now = find(arn)) {
        now->topic.tags = tags;
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
        return Error(Code::kNotFound, "topic", "Topic does not exist");
    }
    return &found->second;
}

Task<Result<void>> Topics::write(Change what) {
    sql::Work work = [what = std::move(what)](sql::Session& session) -> Result<void> {
        TopicRows rows{session};
        return what(rows);
    };
    co_return co_await ports_.driver.write(std::move(work));
}

}  // namespace lambent::triggers
