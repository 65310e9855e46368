#include "base/sql/sqlite_error.h"

#include <sqlite3.h>

#include <string>
#include <utility>

namespace lambent::sql {
namespace {

const char* constraint_kind(int extended) {
    switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return "unique";
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return "foreign_key";
        case SQLITE_CONSTRAINT_NOTNULL:
            return "not_null";
        default:
            return "check";
    }
}

Error described(int code, std::string message) {
    switch (code & 0xFF) {
        case SQLITE_CONSTRAINT:
            return Error(Code::kConflict, constraint_kind(code), std::move(message));
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Error(Code::kCorrupted, "database", std::move(message));
        case SQLITE_FULL:
            return Error(Code::kUnavailable, "disk_full", std::move(message));
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            return Error(Code::kUnavailable, "disk", std::move(message));
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
            return Error(Code::kUnavailable, "database", std::move(message));
        case SQLITE_TOOBIG:
            return Error(Code::kTooLarge, "row", std::move(message));
        case SQLITE_INTERRUPT:
            return Error(Code::kDeadline, "query", std::move(message));
        default:
            return Error(Code::kInternal, "database", std::move(message));
    }
}

}  // namespace

Error sqlite_error(sqlite3* connection, int code, std::string_view what) {
    std::string message(what);
    message += ": ";
    message += connection != nullptr ? ::sqlite3_errmsg(connection) : ::sqlite3_errstr(code);
    message += " (" + std::to_string(code) + ")";
    // A shared-memory index that cannot grow is a full disk, whatever SQLite calls it.
    return described(code == SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : code, std::move(message));
}

bool is_damage(int code) {
    switch (code & 0xFF) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return true;
        case SQLITE_IOERR:
            return code != SQLITE_IOERR_NOMEM && code != SQLITE_IOERR_SHMSIZE;
        default:
            return false;
    }
}

}  // namespace lambent::sql
