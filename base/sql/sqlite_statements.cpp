#include "base/sql/sqlite_statements.h"

#include "base/sql/sqlite_error.h"

#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

namespace lambent::sql {
namespace {

// Statements made of pieces (lists of names) would otherwise pile up for ever.
constexpr std::size_t kCachedMax = 512;

Result<std::vector<std::size_t>> parameter_numbers(sqlite3_stmt* compiled) {
    std::vector<std::size_t> numbers;
    const int count = ::sqlite3_bind_parameter_count(compiled);
    for (int index = 1; index <= count; ++index) {
        const char* raw = ::sqlite3_bind_parameter_name(compiled, index);
        const std::string_view name = raw != nullptr ? raw : "?";
        std::size_t number = 0;
        const char* end = name.data() + name.size();
        const auto parsed = std::from_chars(name.data() + 1, end, number);
        if (name.front() != '$' || parsed.ec != std::errc() || parsed.ptr != end || number == 0) {
            return Error(
                Code::kInternal,
                "statement",
                "the parameter " + std::string(name) + " is not written as $n"
            );
        }
        numbers.push_back(number);
    }
    return numbers;
}

int bind_one(sqlite3_stmt* compiled, int index, const Value& value) {
    struct Binder {
        sqlite3_stmt* compiled;
        int index;
        int operator()(std::monostate) const { return ::sqlite3_bind_null(compiled, index); }
        int operator()(std::int64_t n) const { return ::sqlite3_bind_int64(compiled, index, n); }
        int operator()(double n) const { return ::sqlite3_bind_double(compiled, index, n); }
        // The values outlive the run, so SQLite need not copy them.
        int operator()(const std::string& text) const {
            return ::sqlite3_bind_text64(
                compiled, index, text.data(), text.size(), nullptr, SQLITE_UTF8
            );
        }
        int operator()(const Blob& blob) const {
            return ::sqlite3_bind_blob64(
                compiled, index, blob.bytes.data(), blob.bytes.size(), nullptr
            );
        }
    };
    return std::visit(Binder{compiled, index}, value);
}

Result<void> bind_all(Statement& statement, const std::vector<Value>& parameters) {
    std::size_t highest = 0;
    for (std::size_t i = 0; i < statement.numbers.size(); ++i) {
        const std::size_t number = statement.numbers[i];
        highest = std::max(highest, number);
        if (number > parameters.size()) {
            break;
        }
        const int bound =
            bind_one(statement.compiled.get(), static_cast<int>(i) + 1, parameters[number - 1]);
        if (bound != SQLITE_OK) {
            return sqlite_error(nullptr, bound, "cannot bind a value");
        }
    }
    if (highest != parameters.size()) {
        return Error(
            Code::kInternal,
            "statement",
            "the statement asks for $" + std::to_string(highest) + " and is given " +
                std::to_string(parameters.size()) + " values"
        );
    }
    return {};
}

Value column(sqlite3_stmt* compiled, int index) {
    switch (::sqlite3_column_type(compiled, index)) {
        case SQLITE_INTEGER:
            return std::int64_t{::sqlite3_column_int64(compiled, index)};
        case SQLITE_FLOAT:
            return ::sqlite3_column_double(compiled, index);
        case SQLITE_NULL:
            return std::monostate{};
        default:
            break;
    }
    const bool text = ::sqlite3_column_type(compiled, index) == SQLITE_TEXT;
    const void* bytes = ::sqlite3_column_blob(compiled, index);
    const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(compiled, index));
    std::string copy(static_cast<const char*>(bytes), bytes != nullptr ? size : 0);
    if (text) {
        return copy;
    }
    return Blob{std::move(copy)};
}

Row current_row(sqlite3_stmt* compiled) {
    const int columns = ::sqlite3_column_count(compiled);
    Row row;
    row.reserve(static_cast<std::size_t>(columns));
    for (int index = 0; index < columns; ++index) {
        row.push_back(column(compiled, index));
    }
    return row;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n;") == std::string_view::npos;
}

}  // namespace

void StatementDeleter::operator()(sqlite3_stmt* statement) const {
    ::sqlite3_finalize(statement);
}

Result<Statement> compile(sqlite3* connection, std::string_view text, std::string_view& rest) {
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    const int done = ::sqlite3_prepare_v3(
        connection,
        text.data(),
        static_cast<int>(text.size()),
        SQLITE_PREPARE_PERSISTENT,
        &raw,
        &tail
    );
    Statement statement{std::unique_ptr<sqlite3_stmt, StatementDeleter>(raw), {}};
    if (done != SQLITE_OK) {
        return sqlite_error(connection, done, "cannot compile a statement");
    }
    rest = text.substr(static_cast<std::size_t>(tail - text.data()));
    if (raw != nullptr) {
        LAMBENT_TRY(statement.numbers, parameter_numbers(raw));
    }
    return statement;
}

Result<Statement*> StatementCache::get(sqlite3* connection, std::string_view text) {
    const auto known = statements_.find(text);
    if (known != statements_.end()) {
        return &known->second;
    }
    std::string_view rest;
    LAMBENT_TRY(Statement statement, compile(connection, text, rest));
    if (!statement.compiled || !is_blank(rest)) {
        return Error(Code::kInternal, "statement", "one statement is run at a time");
    }
    if (statements_.size() >= kCachedMax) {
        statements_.clear();
    }
    const auto added = statements_.emplace(std::string(text), std::move(statement)).first;
    return &added->second;
}

Result<Rows> run_statement(
    sqlite3* connection, Statement& statement, const std::vector<Value>& parameters, int& code
) {
    sqlite3_stmt* compiled = statement.compiled.get();
    LAMBENT_TRY(bind_all(statement, parameters));
    const std::int64_t before = ::sqlite3_total_changes64(connection);
    Rows answer;
    code = ::sqlite3_step(compiled);
    while (code == SQLITE_ROW) {
        answer.rows.push_back(current_row(compiled));
        code = ::sqlite3_step(compiled);
    }
    std::optional<Error> failure;
    if (code != SQLITE_DONE) {
        code = ::sqlite3_extended_errcode(connection);
        failure = sqlite_error(connection, code, "cannot run a statement");
    } else if (::sqlite3_total_changes64(connection) != before) {
        answer.changed = ::sqlite3_changes64(connection);
    }
    ::sqlite3_reset(compiled);
    ::sqlite3_clear_bindings(compiled);
    if (failure) {
        return *failure;
    }
    return answer;
}

}  // namespace lambent::sql
