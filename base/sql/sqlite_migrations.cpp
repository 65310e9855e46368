#include "base/sql/sqlite_migrations.h"

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace lambent::sql {
namespace {

using Step = std::pair<std::string, int>;

std::string name_of(const Step& step) {
    return step.first + " " + std::to_string(step.second);
}

Result<std::set<Step>> applied_steps(SqliteConnection& connection) {
    LAMBENT_TRY(const Rows rows, connection.control("SELECT room, number FROM lambent_migration"));
    std::set<Step> steps;
    for (const Row& row : rows.rows) {
        steps.emplace(as_text(row[0]), static_cast<int>(as_int(row[1])));
    }
    return steps;
}

Result<std::set<Step>> wanted_steps(const std::vector<Migration>& wanted) {
    std::set<Step> steps;
    std::map<std::string, int> last;
    for (const Migration& migration : wanted) {
        if (migration.number != ++last[migration.room]) {
            return Error(
                Code::kInternal,
                "schema",
                "the migrations of " + migration.room + " are not numbered 1, 2, 3 …"
            );
        }
        steps.emplace(migration.room, migration.number);
    }
    return steps;
}

Result<void> apply_one(SqliteConnection& connection, const Migration& migration) {
    LAMBENT_TRY(connection.control("BEGIN IMMEDIATE"));
    Result<void> done = connection.run_script(migration.statements);
    if (done.has_value()) {
        const std::vector<Value> seen{
            migration.room,
            std::int64_t{migration.number},
            unix_ms(std::chrono::system_clock::now())};
        const Result<Rows> noted =
            connection.control("INSERT INTO lambent_migration VALUES ($1, $2, $3)", seen);
        done = noted.has_error() ? Result<void>(noted.error()) : Result<void>();
    }
    if (done.has_value()) {
        const Result<Rows> committed = connection.control("COMMIT");
        done = committed.has_error() ? Result<void>(committed.error()) : Result<void>();
    }
    if (done.has_error() && connection.in_transaction()) {
        (void)connection.control("ROLLBACK");
    }
    return done;
}

}  // namespace

Result<void> apply_migrations(SqliteConnection& connection, const std::vector<Migration>& wanted) {
    LAMBENT_TRY(const std::set<Step> steps, wanted_steps(wanted));
    LAMBENT_TRY(const std::set<Step> applied, applied_steps(connection));
    for (const Step& step : applied) {
        if (steps.count(step) == 0) {
            return Error(
                Code::kConflict,
                "schema",
                "the database was written by a newer version (step " + name_of(step) +
                    "); use that version, or another data directory"
            );
        }
    }
    for (const Migration& migration : wanted) {
        if (applied.count({migration.room, migration.number}) == 0) {
            LAMBENT_TRY(apply_one(connection, migration));
        }
    }
    return {};
}

}  // namespace lambent::sql
