#include "base/failpoint.h"
#include "base/ids.h"
#include "triggers/topics/topic_delivery.h"
#include "triggers/topics/topic_rules.h"
#include "triggers/topics/topics.h"

#include <memory>
#include <utility>

// The part of Topics that sends.
namespace lambent::triggers {
namespace {

// By which a message is known again within five minutes, if anything says so.
std::string key_for(const Topic& topic, const TopicMessage& message) {
    if (topic.kind() == TopicKind::kStandard) {
        return message.idempotence_key.empty() ? "" : "once " + message.idempotence_key;
    }
    const std::string id = deduplication_id_of(message);
    if (topic.has("FifoThroughputScope", "MessageGroup")) {
        return "group " + message.group_id + " " + id;
    }
    return "topic " + id;
}

Error batch_too_long() {
    return Error(
        Code::kTooLarge,
        "batch",
        "The length of all the messages put together is more than the limit."
    );
}

}  // namespace

// One message that is fit, and what becomes of it on the database's thread.
struct Topics::Publication {
    TopicMessage message;
    std::vector<SubscriptionPlanPtr> plans;  // of those who want it
    std::string key;
    PublishedMessage published;
};

std::vector<SubscriptionPlanPtr> Topics::wanting(const PerTopic& per, const TopicMessage& message)
    const {
    FilteredMessage filtered(message);
    std::vector<SubscriptionPlanPtr> plans;
    for (const auto& [arn, plan] : per.plans) {
        if (!plan->subscription.confirmed) {
            continue;
        }
        if (!plan->filter || plan->filter->matches(filtered, plan->subscription.protocol)) {
            plans.push_back(plan);
        }
    }
    return plans;
}

// Changes of `publication` are those of a first run, should a transaction be tried again.
Result<void> Topics::publish_in(
    sql::Session& session, const Ports& ports, const Topic& topic, Publication& publication
) {
    TopicRows rows{session};
    PublishedMessage& published = publication.published;
    const std::int64_t now = published.published_ms;
    if (!publication.key.empty()) {
        LAMBENT_TRY(auto known, rows.remembered(topic.arn, publication.key, now));
        if (known) {
            published.id = std::move(known->id);
            published.sequence_number = std::move(known->sequence_number);
            return {};
        }
        if (topic.kind() == TopicKind::kFifo) {
            LAMBENT_TRY(const std::int64_t number, rows.next_number(topic.arn));
            published.sequence_number = topic_sequence_number(number);
        }
        LAMBENT_TRY(rows.remember(topic.arn, publication.key, published, now + kTopicRememberedMs));
        failpoint("topics.publish.remembered");
    }
    for (const SubscriptionPlanPtr& plan : publication.plans) {
        const TopicDelivery delivery =
            delivery_to(*plan, publication.message, published, ports.writer);
        LAMBENT_TRY(ports.outbox.add_in(session, delivery.message, delivery.rules));
        failpoint("topics.publish.delivery_added");
    }
    return {};
}

Task<Result<std::vector<Result<PublishedMessage>>>> Topics::publish_batch(
    std::string topic_arn, std::vector<TopicMessage> messages
) {
    LAMBENT_CO_TRY(const PerTopic* const per, find_topic(topic_arn));
    using Publications = std::vector<Publication>;
    const auto publications = std::make_shared<Publications>();  // the closure's and ours
    std::vector<Result<void>> fit;
    std::size_t bytes = 0;
    for (TopicMessage& message : messages) {
        bytes += bytes_of(message);
        fit.push_back(check_topic_message(per->topic, message));
        if (fit.back().has_error()) {
            continue;
        }
        Publication& one = publications->emplace_back();
        one.plans = wanting(*per, message);
        one.key = key_for(per->topic, message);
        one.published.id = random_uuid();
        one.published.published_ms = now_ms();
        one.message = std::move(message);
    }
    if (messages.size() > 1 && bytes > kTopicMessageBytesMax) {
        co_return batch_too_long();
    }
    sql::Work work = [publications, topic = per->topic, ports = ports_](sql::Session& session
                     ) -> Result<void> {
        for (Publication& one : *publications) {
            LAMBENT_TRY(publish_in(session, ports, topic, one));
        }
        return {};
    };
    failpoint("topics.publish.begun");
    LAMBENT_CO_TRY(co_await ports_.driver.write(std::move(work)));
    failpoint("topics.publish.committed");
    ports_.outbox.wake();
    std::vector<Result<PublishedMessage>> results;
    auto next = publications->begin();
    for (const Result<void>& one : fit) {
        if (one.has_error()) {
            results.emplace_back(one.error());
        } else {
            results.emplace_back(std::move(next++->published));
        }
    }
    co_return results;
}

Task<Result<PublishedMessage>> Topics::publish(std::string topic_arn, TopicMessage message) {
    std::vector<TopicMessage> one;
    one.push_back(std::move(message));
    LAMBENT_CO_TRY(auto results, co_await publish_batch(std::move(topic_arn), std::move(one)));
    co_return std::move(results.front());
}

Task<Result<void>> Topics::receive(scheduler::TargetMessage message) {
    std::string arn = message.target_arn;
    LAMBENT_CO_TRY(const PerTopic* const per, find_topic(arn));
    TopicMessage fresh = topic_message_of(std::move(message), per->topic.kind());
    LAMBENT_CO_TRY(co_await publish(std::move(arn), std::move(fresh)));
    co_return Result<void>();
}

}  // namespace lambent::triggers
