#pragma once

#include "base/sql/sql_driver.h"
#include "base/sql/sqlite_connection.h"

#include <vector>

namespace lambent::sql {

// Applies what the database has not seen yet, each step in a transaction of its own. kConflict
// (subject "schema") when it has seen a step that is not in the list: a newer program wrote it.
Result<void> apply_migrations(SqliteConnection& connection, const std::vector<Migration>& wanted);

}  // namespace lambent::sql
