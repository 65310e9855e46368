#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/sources/event_source_mapping.h"

#include <string>
#include <vector>

namespace lambent::triggers {

// The tables of event source mappings, inside one transaction.
struct MappingRows {
    sql::Session& session;

    static std::vector<sql::Migration> migrations();

    // A mapping that was on its way to a state when it was written is on its way again.
    Result<std::vector<EventSourceMapping>> read_all();
    Result<void> put(const EventSourceMapping& mapping);
    Result<void> remove(const std::string& uuid);
};

}  // namespace lambent::triggers
