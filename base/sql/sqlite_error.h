#pragma once

#include "base/result.h"

#include <string_view>

struct sqlite3;

namespace lambent::sql {

// The last failure of a connection as an Error: `code` is SQLite's extended result code, `what`
// says what was tried.
Error sqlite_error(sqlite3* connection, int code, std::string_view what);

// Whether after this code the file, or what the kernel holds of it, cannot be trusted any more.
bool is_damage(int code);

}  // namespace lambent::sql
