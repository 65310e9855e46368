#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "base/sql/sqlite_statements.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace lambent::sql {

enum class Access { kReadWrite, kReadOnly };
enum class Synchronous { kFull, kNormal };

struct ConnectionDeleter {
    void operator()(sqlite3* connection) const;
};

// One SQLite connection with the settings that "acknowledged means durable" needs, set and read
// back. Used by one thread at a time. Closures get at it through a SqliteSession and cannot leave
// their transaction: BEGIN, COMMIT, SAVEPOINT, PRAGMA and ATTACH are refused to them.
class SqliteConnection {
  public:
    static Result<std::unique_ptr<SqliteConnection>> open(
        const std::string& path, Access access, Synchronous synchronous
    );
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;
    ~SqliteConnection() = default;

    // For closures.
    Result<Rows> run(std::string_view statement, const std::vector<Value>& parameters);
    // For closures that bring several statements without parameters (migrations).
    Result<void> run_script(std::string_view statements);
    // For the driver itself, which may do anything.
    Result<Rows> control(std::string_view statement, const std::vector<Value>& parameters = {});

    bool in_transaction() const;
    // Set by the first failure after which the file cannot be trusted; never unset.
    const std::optional<Error>& damage() const { return damage_; }

    // Frames in the write-ahead log after the last commit of this connection.
    int log_frames() const { return log_frames_; }
    enum class Checkpoint { kPassive, kRestart };
    // True when every frame is in the database file and the log starts anew.
    Result<bool> checkpoint(Checkpoint mode);
    // Leaves the log as it is when the connection closes; for files that cannot be trusted.
    void keep_log_on_close();
    // Statements that run longer than this from now on fail with kDeadline.
    void limit_time(std::chrono::steady_clock::duration limit);

  private:
    SqliteConnection() = default;
    static int
    authorise(void* self, int action, const char*, const char*, const char*, const char*);
    static int on_commit(void* self, sqlite3*, const char*, int frames);
    static int on_progress(void* self);
    Result<void> configure(Access access, Synchronous synchronous);
    Result<void> set_and_check(const std::string& name, const std::string& value);
    Result<Rows> run_from(
        StatementCache& cache, std::string_view statement, const std::vector<Value>& parameters
    );
    Result<void> run_first(std::string_view& statements);
    void note_damage(int code, const Error& error);

    std::unique_ptr<sqlite3, ConnectionDeleter> handle_;
    StatementCache closures_;  // apart, so that a closure never meets a statement of the driver
    StatementCache driver_;
    std::optional<Error> damage_;
    std::chrono::steady_clock::time_point time_limit_ =
        std::chrono::steady_clock::time_point::max();
    int log_frames_ = 0;
    bool for_closure_ = false;
};

// What a closure sees of a connection.
class SqliteSession final : public Session {
  public:
    explicit SqliteSession(SqliteConnection& connection) : connection_(connection) {}
    Result<Rows> run(std::string_view statement, std::vector<Value> parameters) override {
        return connection_.run(statement, parameters);
    }

  private:
    SqliteConnection& connection_;
};

// Calls a closure; what it throws becomes kInternal.
Result<void> call_work(const Work& work, SqliteConnection& connection);

}  // namespace lambent::sql
