#pragma once

#include "base/sql/sql_driver.h"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace lambent::sql {

struct StatementDeleter {
    void operator()(sqlite3_stmt* statement) const;
};

// One compiled statement, and which $n each of its parameters is: SQLite numbers them by first
// appearance, whatever stands behind the dollar sign.
struct Statement {
    std::unique_ptr<sqlite3_stmt, StatementDeleter> compiled;
    std::vector<std::size_t> numbers;  // by SQLite's index, from 0; the n of $n
};

// The compiled statements of one connection by their text, so that each is parsed once. Used by the
// connection's thread alone, and gone before the connection is.
class StatementCache {
  public:
    Result<Statement*> get(sqlite3* connection, std::string_view text);

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    std::unordered_map<std::string, Statement, Hash, std::equal_to<>> statements_;
};

// Binds, runs to the end, and leaves the statement ready for its next use. The int is SQLite's
// extended result code when running failed, for whoever judges damage.
Result<Rows> run_statement(
    sqlite3* connection, Statement& statement, const std::vector<Value>& parameters, int& code
);

// The first statement of `text` compiled; what follows it is left in `rest`. Null for white space.
Result<Statement> compile(sqlite3* connection, std::string_view text, std::string_view& rest);

}  // namespace lambent::sql
