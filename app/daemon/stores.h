#pragma once

#include "base/async/offload.h"
#include "base/clock.h"
#include "base/files/data_directory.h"
#include "base/logger.h"
#include "base/sql/sqlite_driver.h"
#include "runtime/functions/function_registry.h"
#include "runtime/functions/package_store.h"
#include "runtime/functions/qualified_functions.h"

#include <functional>
#include <memory>

namespace lambent::app {

// What lies on disk, opened: <data>/lambent.db (what was acknowledged), <data>/logs.db (lines and
// records, best effort) and <data>/packages. Owned by the composition root, destroyed last of all
// rooms.
struct Stores {
    // Blocking; kCorrupted when a file is damaged: nothing is ever replaced by an empty one.
    // `on_fatal` is called, from any thread, when a file cannot be trusted any more.
    static Result<std::unique_ptr<Stores>> open(
        const DataDirectory& directory,
        const Clock& clock,
        const std::function<void(const Error&)>& on_fatal
    );
    Stores(
        const DataDirectory& directory,
        const Clock& clock,
        std::unique_ptr<sql::SqliteDriver> main,
        std::unique_ptr<sql::SqliteDriver> diary
    );

    std::unique_ptr<sql::SqliteDriver> main_db;
    std::unique_ptr<sql::SqliteDriver> logs_db;
    WorkerPool workers;  // for unzip, hashing, fsync
    runtime::PackageStore packages;
    runtime::FunctionRegistry functions;
    runtime::AliasRegistry aliases;
    runtime::QualifiedFunctions qualified_functions;
};

}  // namespace lambent::app
