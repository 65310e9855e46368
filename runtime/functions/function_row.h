#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "runtime/functions/function.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::runtime {

// A function as it lies in the table `function`, and its published versions in `function_version`:
// name, revision and package in columns, the rest as one JSON document, so that a new setting needs
// no migration. The table of aliases is made here too.
std::vector<sql::Migration> function_migrations();

Result<std::vector<Function>> read_functions(sql::Session& session);
// kConflict when the name is taken.
Result<void> insert_function(sql::Session& session, const Function& function);
// False when the stored revision is no longer `revision`, or the function is gone.
Result<bool> replace_function(
    sql::Session& session, const Function& function, const std::string& revision
);
Result<bool> delete_function(sql::Session& session, const std::string& name);  // and its versions

// Published versions, each with its number in published_key.
Result<std::vector<Function>> read_versions(sql::Session& session);
// Gives the next number, one that never was before, to a snapshot of $LATEST and stores it.
// kConflict when $LATEST is no longer `revision` (subject "function"), or was published by
// another call (subject "published").
Result<void> insert_version(sql::Session& session, Function& snapshot, const std::string& revision);
Result<void> delete_version(sql::Session& session, const std::string& name, std::int64_t version);
// The number of a published version; nothing when the text is none.
std::optional<std::uint64_t> version_number(std::string_view text);

// Whether a published version says the same as $LATEST, but for what can be said when publishing.
bool same_code_and_settings(const Function& version, const Function& latest);

}  // namespace lambent::runtime
