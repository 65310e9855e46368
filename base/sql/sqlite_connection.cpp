#include "base/sql/sqlite_connection.h"

#include "base/sql/sqlite_error.h"

#include <sqlite3.h>

#include <exception>
#include <variant>

namespace lambent::sql {
namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr int kProgressSteps = 20'000;  // of SQLite's machine between two looks at the clock

int open_flags(Access access) {
    const int mode = access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    return mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW;
}

std::string as_setting(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*number);
    }
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr ? *text : std::string();
}

}  // namespace

void ConnectionDeleter::operator()(sqlite3* connection) const {
    ::sqlite3_close_v2(connection);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(
    const std::string& path, Access access, Synchronous synchronous
) {
    std::unique_ptr<SqliteConnection> made(new SqliteConnection);
    sqlite3* raw = nullptr;
    const int opened = ::sqlite3_open_v2(path.c_str(), &raw, open_flags(access), nullptr);
    made->handle_.reset(raw);
    if (opened != SQLITE_OK) {
        return sqlite_error(raw, opened, "cannot open " + path);
    }
    LAMBENT_TRY(made->configure(access, synchronous));
    return made;
}

Result<void> SqliteConnection::configure(Access access, Synchronous synchronous) {
    sqlite3* raw = handle_.get();
    ::sqlite3_extended_result_codes(raw, 1);
    ::sqlite3_busy_timeout(raw, kBusyTimeoutMs);
    int on = 0;
    if (::sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, &on) != SQLITE_OK || on != 1) {
        return Error(Code::kInternal, "database", "SQLite refuses its defensive mode");
    }
    // The first statement that touches the file also finds out whether it is a database.
    LAMBENT_TRY(control("SELECT count(*) FROM sqlite_schema"));
    LAMBENT_TRY(set_and_check("trusted_schema", "0"));
    LAMBENT_TRY(set_and_check("cell_size_check", "1"));
    LAMBENT_TRY(set_and_check("foreign_keys", "1"));
    LAMBENT_TRY(set_and_check("temp_store", "2"));
    LAMBENT_TRY(control("PRAGMA mmap_size = 0"));
    LAMBENT_TRY(set_and_check("wal_autocheckpoint", "0"));
    if (access == Access::kReadWrite) {
        LAMBENT_TRY(set_and_check("journal_mode", "wal"));
        LAMBENT_TRY(set_and_check("synchronous", synchronous == Synchronous::kFull ? "2" : "1"));
    }
    ::sqlite3_set_authorizer(raw, &SqliteConnection::authorise, this);
    ::sqlite3_wal_hook(raw, &SqliteConnection::on_commit, this);
    ::sqlite3_progress_handler(raw, kProgressSteps, &SqliteConnection::on_progress, this);
    return {};
}

Result<void> SqliteConnection::set_and_check(const std::string& name, const std::string& value) {
    LAMBENT_TRY(control("PRAGMA " + name + " = " + value));
    LAMBENT_TRY(const Rows now, control("PRAGMA " + name));
    const std::string effective = now.rows.empty() ? "nothing" : as_setting(now.rows[0][0]);
    if (effective != value) {
        return Error(
            Code::kUnavailable,
            "database",
            "SQLite keeps " + name + " at " + effective + " where " + value + " is needed"
        );
    }
    return {};
}

int SqliteConnection::
    authorise(void* self, int action, const char*, const char*, const char*, const char*) {
    if (!static_cast<SqliteConnection*>(self)->for_closure_) {
        return SQLITE_OK;
    }
    switch (action) {
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
        case SQLITE_PRAGMA:
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            return SQLITE_DENY;
        default:
            return SQLITE_OK;
    }
}

int SqliteConnection::on_commit(void* self, sqlite3*, const char*, int frames) {
    static_cast<SqliteConnection*>(self)->log_frames_ = frames;
    return SQLITE_OK;
}

int SqliteConnection::on_progress(void* self) {
    const auto limit = static_cast<SqliteConnection*>(self)->time_limit_;
    return std::chrono::steady_clock::now() > limit ? 1 : 0;
}

void SqliteConnection::limit_time(std::chrono::steady_clock::duration limit) {
    time_limit_ = std::chrono::steady_clock::now() + limit;
}

void SqliteConnection::note_damage(int code, const Error& error) {
    if (is_damage(code) && !damage_) {
        damage_ = error;
    }
}

Result<Rows> SqliteConnection::run_from(
    StatementCache& cache, std::string_view statement, const std::vector<Value>& parameters
) {
    Result<Statement*> compiled = cache.get(handle_.get(), statement);
    int code = SQLITE_OK;
    if (compiled.has_error()) {
        code = ::sqlite3_extended_errcode(handle_.get());
        note_damage(code, compiled.error());
        return compiled.error();
    }
    Result<Rows> rows = run_statement(handle_.get(), **compiled, parameters, code);
    if (rows.has_error()) {
        note_damage(code, rows.error());
    }
    return rows;
}

Result<Rows> SqliteConnection::run(
    std::string_view statement, const std::vector<Value>& parameters
) {
    for_closure_ = true;
    Result<Rows> rows = run_from(closures_, statement, parameters);
    for_closure_ = false;
    return rows;
}

Result<Rows> SqliteConnection::control(
    std::string_view statement, const std::vector<Value>& parameters
) {
    return run_from(driver_, statement, parameters);
}

Result<void> SqliteConnection::run_script(std::string_view statements) {
    for_closure_ = true;
    Result<void> outcome;
    while (outcome.has_value() && !statements.empty()) {
        outcome = run_first(statements);
    }
    for_closure_ = false;
    return outcome;
}

Result<void> SqliteConnection::run_first(std::string_view& statements) {
    LAMBENT_TRY(Statement statement, compile(handle_.get(), statements, statements));
    if (!statement.compiled) {
        return {};  // white space or a comment at the end
    }
    int code = SQLITE_OK;
    const Result<Rows> rows = run_statement(handle_.get(), statement, {}, code);
    if (rows.has_error()) {
        note_damage(code, rows.error());
        return rows.error();
    }
    return {};
}

bool SqliteConnection::in_transaction() const {
    return ::sqlite3_get_autocommit(handle_.get()) == 0;
}

Result<bool> SqliteConnection::checkpoint(Checkpoint mode) {
    int in_log = 0;
    int moved = 0;
    const int flag =
        mode == Checkpoint::kRestart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
    // A reader in the way must not hold up the writer: try once, and again at another time.
    ::sqlite3_busy_timeout(handle_.get(), 0);
    const int done = ::sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, flag, &in_log, &moved);
    ::sqlite3_busy_timeout(handle_.get(), kBusyTimeoutMs);
    if (done == SQLITE_OK || (done & 0xFF) == SQLITE_BUSY) {
        log_frames_ = done == SQLITE_OK && in_log == moved ? 0 : log_frames_;
        return done == SQLITE_OK && in_log == moved;
    }
    const Error failure = sqlite_error(handle_.get(), done, "cannot checkpoint");
    note_damage(done, failure);
    return failure;
}

void SqliteConnection::keep_log_on_close() {
    ::sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Result<void> call_work(const Work& work, SqliteConnection& connection) {
    SqliteSession session(connection);
    try {
        return work(session);
    } catch (const std::exception& thrown) {
        return Error(Code::kInternal, std::string("a closure threw: ") + thrown.what());
    }
}

}  // namespace lambent::sql
