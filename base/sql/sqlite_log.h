#pragma once

#include "base/result.h"

#include <string>

namespace lambent::sql {

// Whether the write-ahead log at `path` is what a crash may leave behind. SQLite itself stops
// reading at the first damaged frame and silently forgets all transactions after it. With a sync
// after each commit only the last transaction can be torn; two commits behind a damaged frame mean
// that acknowledged rows were damaged later, and that is kCorrupted. Damage inside the last two
// transactions cannot be told from a crash. Read-only; before the database is opened.
Result<void> check_log(const std::string& path);

}  // namespace lambent::sql
