#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/targets.h"
#include "triggers/topics/notification_writer.h"
#include "triggers/topics/subscription_plan.h"
#include "triggers/topics/topic.h"
#include "triggers/topics/topic_rows.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::triggers {

// Topics with the semantics of SNS. Topics and subscriptions are on disk before they are
// acknowledged, and in memory for messages to be matched with; what a publication leads to is in
// the outbox, in the same transaction as what a FIFO topic remembers of it, when `publish` returns.
// Owned by the composition root; event loop's thread only.
//
// Errors, by code and subject: kNotFound "topic", "subscription"; kInvalidArgument "parameter",
// "value", "subscription_attribute"; kTooLarge "topics", "subscriptions", "filter_policies",
// "tags", "batch"; their messages are SNS's sentences.
class Topics {
  public:
    static constexpr std::size_t kTopicsMax = 100'000;

    // Borrowed; they outlive this.
    struct Ports {
        sql::Driver& driver;
        scheduler::Outbox& outbox;
        const NotificationWriter& writer;
        const Clock& clock;
    };
    Topics(std::string region, Ports ports, Logger log = Logger::silent())
        : region_(std::move(region)), ports_(ports), log_(std::move(log)) {}
    static std::vector<sql::Migration> migrations() { return TopicRows::migrations(); }
    // Once, before requests. A subscription that cannot be read is left out, and logged.
    Task<Result<void>> load();

    // --- Topics

    // One that is there with equal attributes and tags is no error.
    Task<Result<Topic>> create(std::string name, TopicTexts attributes, TopicTexts tags);
    Task<Result<void>> remove(std::string arn);  // there or not
    Result<Topic> topic(const std::string& arn) const;
    std::vector<Topic> topics() const;  // by ARN
    Task<Result<void>> set_attribute(std::string arn, std::string name, std::string value);
    Task<Result<void>> set_tags(std::string arn, TopicTexts tags);  // in the place of all there are

    // --- Subscriptions

    // One of that endpoint that is there with equal attributes is no error, and stays. A web
    // endpoint is sent a token, which it must confirm with; once more while it has not, and a
    // new one when that is too old.
    Task<Result<Subscription>> subscribe(
        std::string topic_arn, std::string protocol, std::string endpoint, TopicTexts attributes
    );
    Task<Result<Subscription>> confirm(std::string topic_arn, std::string token);
    Task<Result<void>> unsubscribe(std::string arn);  // there or not
    Result<Subscription> subscription(const std::string& arn) const;
    std::vector<Subscription> subscriptions() const;  // by ARN
    Result<std::vector<Subscription>> subscriptions_of(const std::string& topic_arn) const;
    // An empty value takes it away.
    Task<Result<void>> set_subscription_attribute(
        std::string arn, std::string name, std::string value
    );

    // --- Messages

    Task<Result<PublishedMessage>> publish(std::string topic_arn, TopicMessage message);
    // One result for each message, in order; all in one transaction.
    Task<Result<std::vector<Result<PublishedMessage>>>> publish_batch(
        std::string topic_arn, std::vector<TopicMessage> messages
    );
    // What a bucket, a rule, a schedule or a function's end sends to a topic.
    Task<Result<void>> receive(scheduler::TargetMessage message);

  private:
    struct PerTopic {
        Topic topic;
        std::map<std::string, SubscriptionPlanPtr> plans;  // by subscription ARN
    };
    struct Publication;
    using Change = std::function<Result<void>(TopicRows&)>;

    Result<void> fill(TopicRows::All all);
    PerTopic* find(const std::string& arn);
    Result<const PerTopic*> find_topic(const std::string& arn) const;
    Result<SubscriptionPlanPtr> find_plan(const std::string& arn) const;
    Result<void> check_room_for(const PerTopic& per, const SubscriptionPlan& plan) const;
    Task<Result<Subscription>> add(Subscription wanted);
    Task<Result<Subscription>> repeat(Subscription known, TopicTexts attributes);
    Result<void> keep(const std::string& arn, const std::function<void(Subscription&)>& change);
    static Result<void> ask_in(
        TopicRows& rows, const Ports& ports, const Subscription& subscription, std::int64_t now_ms
    );
    Task<Result<void>> write(Change what);
    std::vector<SubscriptionPlanPtr> wanting(const PerTopic& per, const TopicMessage& message)
        const;
    static Result<void> publish_in(
        sql::Session& session, const Ports& ports, const Topic& topic, Publication& publication
    );
    std::int64_t now_ms() const { return unix_ms(ports_.clock.wall_now()); }

    std::string region_;
    Ports ports_;
    Logger log_;
    std::map<std::string, PerTopic> topics_;  // by ARN
};

}  // namespace lambent::triggers
