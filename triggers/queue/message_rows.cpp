#include "triggers/queue/queue_rows.h"

#include <memory>
#include <optional>

// The messages in the tables of queues.
namespace lambent::triggers {
namespace {

// A row that is written again at each delivery should fill a fraction of a page.
constexpr std::size_t kInRowBytesMax = 1'024;

constexpr char kMessageColumns[] =
    "queue, record, number, id, sent_ms, visible_ms, first_received_ms, receives, receives_here,"
    " group_id, source_arn, body IS NULL";

std::uint32_t count_in(const sql::Value& value) {
    return static_cast<std::uint32_t>(sql::as_int(value));
}

QueuedMessage message_from(const sql::Row& row) {
    QueuedMessage message;
    message.row = sql::as_int(row[1]);
    message.number = sql::as_int(row[2]);
    message.id = sql::as_text(row[3]);
    message.sent_ms = sql::as_int(row[4]);
    message.visible_ms = sql::as_int(row[5]);
    message.first_received_ms = sql::as_int(row[6]);
    message.receives = count_in(row[7]);
    message.receives_here = count_in(row[8]);
    message.group_id = sql::as_text(row[9]);
    message.source_arn = sql::as_text(row[10]);
    message.content_apart = sql::as_int(row[11]) != 0;
    return message;
}

Result<void> one_row(const Result<sql::Rows>& rows) {
    if (rows.has_error()) {
        return rows.error();
    }
    if (rows->changed != 1) {
        return Error(Code::kConflict, "message", "The message's row is not there.");
    }
    return {};
}

}  // namespace

bool stands_apart(const MessageContent& content) {
    return bytes_of(content.body, content.attributes) > kInRowBytesMax;
}

Result<std::vector<std::pair<std::int64_t, QueuedMessage>>> QueueRows::messages() {
    static const std::string kAll =
        std::string("SELECT ") + kMessageColumns + " FROM queue_message ORDER BY number";
    LAMBENT_TRY(const sql::Rows rows, session.run(kAll));
    std::vector<std::pair<std::int64_t, QueuedMessage>> messages;
    messages.reserve(rows.rows.size());
    for (const sql::Row& row : rows.rows) {
        messages.emplace_back(sql::as_int(row[0]), message_from(row));
    }
    return messages;
}

Result<std::vector<QueuedMessage>> QueueRows::messages_of(std::int64_t queue) {
    static const std::string kOfQueue = std::string("SELECT ") + kMessageColumns +
                                        " FROM queue_message WHERE queue = $1 ORDER BY number";
    LAMBENT_TRY(const sql::Rows rows, session.run(kOfQueue, {queue}));
    std::vector<QueuedMessage> messages;
    for (const sql::Row& row : rows.rows) {
        messages.push_back(message_from(row));
    }
    return messages;
}

Result<MessageContentPtr> QueueRows::content(const QueuedMessage& message) {
    LAMBENT_TRY(
        sql::Rows found,
        session.run(
            "SELECT sender_id, deduplication_id, trace_header, body, attributes"
            " FROM queue_message WHERE record = $1",
            {message.row}
        )
    );
    if (found.rows.empty()) {
        return MessageContentPtr();
    }
    const sql::Row& row = found.rows.front();
    MessageContent content;
    content.sender_id = sql::as_text(row[0]);
    content.deduplication_id = sql::as_text(row[1]);
    content.trace_header = sql::as_text(row[2]);
    sql::Row text{row[3], row[4]};
    if (message.content_apart) {
        LAMBENT_TRY(
            sql::Rows apart,
            session.run(
                "SELECT body, attributes FROM queue_content WHERE record = $1", {message.row}
            )
        );
        if (apart.rows.empty()) {
            return MessageContentPtr();
        }
        text = std::move(apart.rows.front());
    }
    content.body = sql::as_text(text[0]);
    LAMBENT_TRY(content.attributes, decode_attributes(sql::as_blob(text[1])));
    return MessageContentPtr(std::make_shared<const MessageContent>(std::move(content)));
}

Result<void> QueueRows::insert(
    std::int64_t queue, const QueuedMessage& message, const MessageContent& content
) {
    sql::Value body;
    sql::Value attributes;
    if (!message.content_apart) {
        body = content.body;
        attributes = sql::Blob{encode_attributes(content.attributes)};
    }
    std::vector<sql::Value> values{
        message.row,
        queue,
        message.number,
        message.id,
        message.sent_ms,
        message.visible_ms,
        message.first_received_ms,
        std::int64_t{message.receives},
        std::int64_t{message.receives_here},
        message.group_id,
        message.source_arn,
        content.sender_id,
        content.deduplication_id,
        content.trace_header,
        std::move(body),
        std::move(attributes)};
    LAMBENT_TRY(one_row(session.run(
        "INSERT INTO queue_message VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
        " $13, $14, $15, $16)",
        std::move(values)
    )));
    if (!message.content_apart) {
        return {};
    }
    return one_row(session.run(
        "INSERT INTO queue_content VALUES ($1, $2, $3)",
        {message.row, content.body, sql::Blob{encode_attributes(content.attributes)}}
    ));
}

Result<void> QueueRows::update_delivery(const QueuedMessage& message) {
    return one_row(session.run(
        "UPDATE queue_message SET visible_ms = $2, first_received_ms = $3, receives = $4,"
        " receives_here = $5 WHERE record = $1",
        {message.row,
         message.visible_ms,
         message.first_received_ms,
         std::int64_t{message.receives},
         std::int64_t{message.receives_here}}
    ));
}

Result<void> QueueRows::move(std::int64_t to_queue, const QueuedMessage& message) {
    return one_row(session.run(
        "UPDATE queue_message SET queue = $2, number = $3, id = $4, sent_ms = $5, visible_ms = $6,"
        " first_received_ms = $7, receives = $8, receives_here = $9, source_arn = $10"
        " WHERE record = $1",
        {message.row,
         to_queue,
         message.number,
         message.id,
         message.sent_ms,
         message.visible_ms,
         message.first_received_ms,
         std::int64_t{message.receives},
         std::int64_t{message.receives_here},
         message.source_arn}
    ));
}

Result<void> QueueRows::remove(const QueuedMessage& message) {
    LAMBENT_TRY(one_row(session.run("DELETE FROM queue_message WHERE record = $1", {message.row})));
    if (!message.content_apart) {
        return {};
    }
    return one_row(session.run("DELETE FROM queue_content WHERE record = $1", {message.row}));
}

Result<void> QueueRows::remove_messages_of(std::int64_t queue) {
    LAMBENT_TRY(session.run(
        "DELETE FROM queue_content WHERE record IN"
        " (SELECT record FROM queue_message WHERE queue = $1 AND body IS NULL)",
        {queue}
    ));
    LAMBENT_TRY(session.run("DELETE FROM queue_message WHERE queue = $1", {queue}));
    return {};
}

}  // namespace lambent::triggers
