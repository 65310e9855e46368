#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/topics/topic.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// The tables of topics, their subscriptions and what they remember, inside one transaction.
struct TopicRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    struct All {
        std::vector<Topic> topics;
        std::vector<Subscription> subscriptions;  // the oldest first
    };
    Result<All> read_all();
    Result<bool> has_topic(const std::string& arn);

    Result<void> add(const Topic& topic);
    Result<void> set_topic_attribute(
        const std::string& arn, const std::string& name, const std::string& value
    );
    Result<void> set_tags(const std::string& arn, const TopicTexts& tags);  // in the place of all
    Result<void> remove_topic(const std::string& arn);  // with all that belongs to it

    Result<void> add(const Subscription& subscription);
    Result<Subscription> subscription(const std::string& arn);  // kNotFound when it is gone
    // The one of that endpoint to that topic, if there is one.
    Result<std::optional<Subscription>> subscription_like(const Subscription& wanted);
    Result<void> set_attributes(const Subscription& subscription);  // those that it has now
    Result<void> set_token(const Subscription& subscription);  // the one it has now, and its time
    Result<void> confirm(const std::string& arn);
    Result<void> remove_subscription(const std::string& arn);

    // The next number of a FIFO topic; kNotFound when the topic is gone.
    Result<std::int64_t> next_number(const std::string& arn);

    // What was published under that key, while it is remembered.
    Result<std::optional<PublishedMessage>> remembered(
        const std::string& arn, const std::string& key, std::int64_t now_ms
    );
    // Until then; what is over is forgotten.
    Result<void> remember(
        const std::string& arn,
        const std::string& key,
        const PublishedMessage& published,
        std::int64_t until_ms
    );
};

// Sets one of them; an empty value takes it away.
void set_text(TopicTexts& texts, const std::string& name, const std::string& value);

}  // namespace lambent::triggers
