#include "triggers/topics/topic_rows.h"

#include "triggers/topics/subscription_plan.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace lambent::triggers {
namespace {

// Attributes and tags are JSON objects: nobody looks for what stands in them.
constexpr char kTopicSchema[] = R"(
CREATE TABLE topic (
    arn TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    attributes TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    last_number BIGINT NOT NULL
);
CREATE TABLE topic_subscription (
    arn TEXT NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    protocol TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    attributes TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    token TEXT NOT NULL,
    confirmed BIGINT NOT NULL
);
CREATE INDEX topic_subscription_topic ON topic_subscription (topic);
CREATE TABLE topic_remembered (
    topic TEXT NOT NULL,
    message_key TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sequence_number TEXT NOT NULL,
    published_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (topic, message_key)
);
CREATE INDEX topic_remembered_until ON topic_remembered (until_ms)
)";

constexpr char kReadSubscriptions[] =
    "SELECT arn, topic, protocol, endpoint, attributes, created_ms, token, confirmed"
    " FROM topic_subscription";

std::string json_of(const TopicTexts& texts) {
    return nlohmann::json(texts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TopicTexts texts_of(const sql::Value& value) {
    TopicTexts texts;
    const auto parsed = nlohmann::json::parse(sql::as_text(value), nullptr, false);
    if (parsed.is_object()) {
        for (const auto& [name, text] : parsed.items()) {
            texts[name] = text.is_string() ? text.get<std::string>() : std::string();
        }
    }
    return texts;
}

Topic topic_from(const sql::Row& row) {
    Topic topic;
    topic.arn = sql::as_text(row[0]);
    topic.name = sql::as_text(row[1]);
    topic.attributes = texts_of(row[2]);
    topic.tags = texts_of(row[3]);
    topic.created_ms = sql::as_int(row[4]);
    return topic;
}

Result<Subscription> subscription_from(const sql::Row& row) {
    Subscription subscription;
    subscription.arn = sql::as_text(row[0]);
    subscription.topic_arn = sql::as_text(row[1]);
    const auto protocol = read_protocol(sql::as_text(row[2]));
    if (protocol.has_error()) {
        return Error(Code::kCorrupted, "subscription " + subscription.arn + " has no protocol");
    }
    subscription.protocol = *protocol;
    subscription.endpoint = sql::as_text(row[3]);
    subscription.attributes = texts_of(row[4]);
    subscription.created_ms = sql::as_int(row[5]);
    subscription.token = sql::as_text(row[6]);
    subscription.confirmed = sql::as_int(row[7]) != 0;
    return subscription;
}

}  // namespace

void set_text(TopicTexts& texts, const std::string& name, const std::string& value) {
    if (value.empty()) {
        texts.erase(name);
    } else {
        texts[name] = value;
    }
}

std::vector<sql::Migration> TopicRows::migrations() {
    return {{"topics", 1, kTopicSchema}};
}

Result<TopicRows::All> TopicRows::read_all() {
    All all;
    LAMBENT_TRY(
        const sql::Rows topics,
        session.run("SELECT arn, name, attributes, tags, created_ms FROM topic")
    );
    for (const sql::Row& row : topics.rows) {
        all.topics.push_back(topic_from(row));
    }
    LAMBENT_TRY(
        const sql::Rows subscriptions,
        session.run(std::string(kReadSubscriptions) + " ORDER BY created_ms, arn")
    );
    for (const sql::Row& row : subscriptions.rows) {
        LAMBENT_TRY(Subscription subscription, subscription_from(row));
        all.subscriptions.push_back(std::move(subscription));
    }
    return all;
}

Result<bool> TopicRows::has_topic(const std::string& arn) {
    LAMBENT_TRY(const sql::Rows found, session.run("SELECT 1 FROM topic WHERE arn = $1", {arn}));
    return !found.rows.empty();
}

Result<void> TopicRows::add(const Topic& topic) {
    LAMBENT_TRY(session.run(
        "INSERT INTO topic (arn, name, attributes, tags, created_ms, last_number)"
        " VALUES ($1, $2, $3, $4, $5, 0)",
        {topic.arn, topic.name, json_of(topic.attributes), json_of(topic.tags), topic.created_ms}
    ));
    return {};
}

Result<void> TopicRows::set_topic_attribute(
    const std::string& arn, const std::string& name, const std::string& value
) {
    LAMBENT_TRY(
        const sql::Rows found, session.run("SELECT attributes FROM topic WHERE arn = $1", {arn})
    );
    if (found.rows.empty()) {
        return Error(Code::kNotFound, "topic", "Topic does not exist");
    }
    TopicTexts attributes = texts_of(found.rows[0][0]);
    attributes[name] = value;
    LAMBENT_TRY(
        session.run("UPDATE topic SET attributes = $2 WHERE arn = $1", {arn, json_of(attributes)})
    );
    return {};
}

Result<void> TopicRows::set_tags(const std::string& arn, const TopicTexts& tags) {
    LAMBENT_TRY(session.run("UPDATE topic SET tags = $2 WHERE arn = $1", {arn, json_of(tags)}));
    return {};
}

Result<void> TopicRows::remove_topic(const std::string& arn) {
    LAMBENT_TRY(session.run("DELETE FROM topic_remembered WHERE topic = $1", {arn}));
    LAMBENT_TRY(session.run("DELETE FROM topic_subscription WHERE topic = $1", {arn}));
    LAMBENT_TRY(session.run("DELETE FROM topic WHERE arn = $1", {arn}));
    return {};
}

Result<void> TopicRows::add(const Subscription& subscription) {
    LAMBENT_TRY(session.run(
        "INSERT INTO topic_subscription"
        " (arn, topic, protocol, endpoint, attributes, created_ms, token, confirmed)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {subscription.arn,
         subscription.topic_arn,
         std::string(to_string(subscription.protocol)),
         subscription.endpoint,
         json_of(subscription.attributes),
         subscription.created_ms,
         subscription.token,
         std::int64_t{subscription.confirmed ? 1 : 0}}
    ));
    return {};
}

Result<Subscription> TopicRows::subscription(const std::string& arn) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(std::string(kReadSubscriptions) + " WHERE arn = $1", {arn})
    );
    if (found.rows.empty()) {
        return Error(Code::kNotFound, "subscription", "Subscription does not exist");
    }
    return subscription_from(found.rows[0]);
}

Result<std::optional<Subscription>> TopicRows::subscription_like(const Subscription& wanted) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            std::string(kReadSubscriptions) +
                " WHERE topic = $1 AND protocol = $2 AND endpoint = $3 ORDER BY created_ms, arn",
            {wanted.topic_arn, std::string(to_string(wanted.protocol)), wanted.endpoint}
        )
    );
    if (found.rows.empty()) {
        return std::optional<Subscription>();
    }
    LAMBENT_TRY(Subscription subscription, subscription_from(found.rows[0]));
    return std::optional(std::move(subscription));
}

Result<void> TopicRows::set_attributes(const Subscription& subscription) {
    LAMBENT_TRY(session.run(
        "UPDATE topic_subscription SET attributes = $2 WHERE arn = $1",
        {subscription.arn, json_of(subscription.attributes)}
    ));
    return {};
}

Result<void> TopicRows::set_token(const Subscription& subscription) {
    LAMBENT_TRY(session.run(
        "UPDATE topic_subscription SET token = $2, created_ms = $3 WHERE arn = $1",
        {subscription.arn, subscription.token, subscription.created_ms}
    ));
    return {};
}

Result<void> TopicRows::confirm(const std::string& arn) {
    LAMBENT_TRY(session.run("UPDATE topic_subscription SET confirmed = 1 WHERE arn = $1", {arn}));
    return {};
}

Result<void> TopicRows::remove_subscription(const std::string& arn) {
    LAMBENT_TRY(session.run("DELETE FROM topic_subscription WHERE arn = $1", {arn}));
    return {};
}

Result<std::int64_t> TopicRows::next_number(const std::string& arn) {
    LAMBENT_TRY(session.run("UPDATE topic SET last_number = last_number + 1 WHERE arn = $1", {arn})
    );
    LAMBENT_TRY(
        const sql::Rows found, session.run("SELECT last_number FROM topic WHERE arn = $1", {arn})
    );
    if (found.rows.empty()) {
        return Error(Code::kNotFound, "topic", "Topic does not exist");
    }
    return sql::as_int(found.rows[0][0]);
}

Result<std::optional<PublishedMessage>> TopicRows::remembered(
    const std::string& arn, const std::string& key, std::int64_t now_ms
) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT message_id, sequence_number, published_ms FROM topic_remembered"
            " WHERE topic = $1 AND message_key = $2 AND until_ms > $3",
            {arn, key, now_ms}
        )
    );
    if (found.rows.empty()) {
        return std::optional<PublishedMessage>();
    }
    const sql::Row& row = found.rows[0];
    PublishedMessage published;
    published.id = sql::as_text(row[0]);
    published.sequence_number = sql::as_text(row[1]);
    published.published_ms = sql::as_int(row[2]);
    return std::optional(std::move(published));
}

Result<void> TopicRows::remember(
    const std::string& arn,
    const std::string& key,
    const PublishedMessage& published,
    std::int64_t until_ms
) {
    LAMBENT_TRY(
        session.run("DELETE FROM topic_remembered WHERE until_ms <= $1", {published.published_ms})
    );
    LAMBENT_TRY(session.run(
        "INSERT INTO topic_remembered"
        " (topic, message_key, message_id, sequence_number, published_ms, until_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        {arn, key, published.id, published.sequence_number, published.published_ms, until_ms}
    ));
    return {};
}

}  // namespace lambent::triggers
