#pragma once

#include "base/async/task.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lambent::sql {

struct Blob {
    std::string bytes;
    friend bool operator==(const Blob&, const Blob&) = default;
};

using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
using Row = std::vector<Value>;

struct Rows {
    std::vector<Row> rows;
    std::int64_t changed = 0;  // rows written by an INSERT, UPDATE or DELETE
};

// Typed access; a column of another type is a broken invariant of the schema.
std::int64_t as_int(const Value& value);
double as_double(const Value& value);
const std::string& as_text(const Value& value);
const std::string& as_blob(const Value& value);
bool is_null(const Value& value);

// One connection inside a transaction, borrowed for the call of one closure. SQL is portable text
// with $1..$n; nothing outside a driver names a database product.
class Session {
  public:
    virtual ~Session() = default;
    // kConflict when a constraint refuses the row, kCorrupted for damaged files, kUnavailable for
    // a full disk, else kInternal.
    virtual Result<Rows> run(std::string_view statement, std::vector<Value> parameters) = 0;
    Result<Rows> run(std::string_view statement) { return run(statement, {}); }
};

using Work = std::function<Result<void>(Session&)>;

// Where rows live. Thread-safe. The conformance suite in tests/contract runs against each driver.
class Driver {
  public:
    virtual ~Driver() = default;

    // Runs `work` in a write transaction on the one writing connection, grouped with others that
    // wait, and resumes the caller on its own event loop after the sync. A closure that returns an
    // error is rolled back alone. Once this has returned success the effect survives a power cut.
    // kThrottled when the queue is full; kUnavailable after a failed sync: nothing is acknowledged
    // any more and the process must end.
    virtual Task<Result<void>> write(Work work) = 0;

    // Runs `work` on a read-only connection on another thread.
    virtual Task<Result<void>> read(Work work) = 0;
};

// One step of a room's schema. Applied once, in order, inside a transaction, remembered by
// `room` and `number`.
struct Migration {
    std::string room;
    int number = 0;
    std::string statements;  // one or more, separated by ';'
};

}  // namespace lambent::sql
