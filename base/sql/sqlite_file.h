#pragma once

#include "base/result.h"

#include <string>

namespace lambent::sql {

enum class LastStop { kClean, kUnclean };

// Makes sure that a database of ours lies at `path`, and says how it was left. Creates it, complete
// and synced under its name, only when neither it nor its log is there: a database that has become
// empty, short or foreign is kCorrupted and never replaced by a new one.
Result<LastStop> prepare_file(const std::string& path);

}  // namespace lambent::sql
