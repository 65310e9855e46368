#pragma once

#include "base/sql/sql_driver.h"
#include "scheduler/targets.h"
#include "tests/support/run_flow.h"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace lambent::tests {

// An outbox that delivers nothing: what was committed stays in its table, for tests to read.
class OutboxTable final : public scheduler::Outbox {
  public:
    struct Kept {
        scheduler::TargetMessage message;
        scheduler::DeliveryRules rules;
    };

    static std::vector<sql::Migration> migrations() {
        return {
            {"outbox_table",
             1,
             "CREATE TABLE kept (id TEXT PRIMARY KEY, target TEXT, sender TEXT, body TEXT,"
             " group_id TEXT, detail_type TEXT, source TEXT, attempts BIGINT, age_ms BIGINT,"
             " dead_letter TEXT, resources TEXT, attributes TEXT, trace TEXT)"}};
    }

    Task<Result<void>> add(
        std::vector<scheduler::TargetMessage> messages, scheduler::DeliveryRules rules
    ) override {
        sql::Work work = [this, messages, rules](sql::Session& session) -> Result<void> {
            for (const scheduler::TargetMessage& message : messages) {
                LAMBENT_TRY(add_in(session, message, rules));
            }
            return {};
        };
        co_return co_await driver->write(std::move(work));
    }

    Result<void> add_in(
        sql::Session& session,
        const scheduler::TargetMessage& message,
        const scheduler::DeliveryRules& rules
    ) override {
        if (refuses) {
            return Error(Code::kUnavailable, "the outbox refuses");
        }
        LAMBENT_TRY(session.run(
            "INSERT INTO kept (id, target, sender, body, group_id, detail_type, source, attempts,"
            " age_ms, dead_letter, resources, attributes, trace)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
            " ON CONFLICT (id) DO NOTHING",
            {message.id,
             message.target_arn,
             message.source_arn,
             message.body,
             message.group_id,
             message.detail_type,
             message.source,
             std::int64_t{rules.attempts_max},
             rules.age_ms_max,
             rules.dead_letter_arn,
             nlohmann::json(message.resources).dump(),
             nlohmann::json(message.attributes).dump(),
             message.trace_header}
        ));
        return {};
    }

    void wake() override { wakes += 1; }

    // What was sent, in the order of its commits.
    std::vector<Kept> all(boost::asio::io_context& loop) {
        const auto found = std::make_shared<std::vector<Kept>>();
        sql::Work work = [found](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(
                const sql::Rows rows,
                session.run("SELECT id, target, sender, body, group_id, detail_type, source,"
                            " attempts, age_ms, dead_letter, resources, attributes, trace FROM kept"
                            " ORDER BY rowid")
            );
            for (const sql::Row& row : rows.rows) {
                found->push_back(kept_from(row));
            }
            return {};
        };
        run_flow(loop, driver->read(std::move(work))).value();
        return *found;
    }

    sql::Driver* driver = nullptr;
    bool refuses = false;
    int wakes = 0;

  private:
    static Kept kept_from(const sql::Row& row) {
        Kept kept;
        kept.message.id = sql::as_text(row[0]);
        kept.message.target_arn = sql::as_text(row[1]);
        kept.message.source_arn = sql::as_text(row[2]);
        kept.message.body = sql::as_text(row[3]);
        kept.message.group_id = sql::as_text(row[4]);
        kept.message.detail_type = sql::as_text(row[5]);
        kept.message.source = sql::as_text(row[6]);
        kept.rules.attempts_max = static_cast<std::uint32_t>(sql::as_int(row[7]));
        kept.rules.age_ms_max = sql::as_int(row[8]);
        kept.rules.dead_letter_arn = sql::as_text(row[9]);
        nlohmann::json::parse(sql::as_text(row[10])).get_to(kept.message.resources);
        nlohmann::json::parse(sql::as_text(row[11])).get_to(kept.message.attributes);
        kept.message.trace_header = sql::as_text(row[12]);
        return kept;
    }
};

}  // namespace lambent::tests
