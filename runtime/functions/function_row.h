#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "runtime/functions/function.h"

#include <string>
#include <vector>

namespace lambent::runtime {

// A function as it lies in the table `function`: name, revision and package in columns, the rest as
// one JSON document, so that a new setting needs no migration.
std::vector<sql::Migration> function_migrations();

Result<std::vector<Function>> read_functions(sql::Session& session);
// kConflict when the name is taken.
Result<void> insert_function(sql::Session& session, const Function& function);
// False when the stored revision is no longer `revision`, or the function is gone.
Result<bool> replace_function(
    sql::Session& session, const Function& function, const std::string& revision
);
Result<bool> delete_function(sql::Session& session, const std::string& name);

}  // namespace lambent::runtime
