#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "runtime/functions/function.h"
#include "runtime/functions/package_store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::runtime {

// What a caller asks to change; fields left empty stay as they are.
struct FunctionChange {
    std::optional<std::string> runtime;
    std::optional<std::string> handler;
    std::optional<std::string> role;
    std::optional<std::string> description;
    std::optional<std::uint32_t> memory_mb;
    std::optional<std::uint32_t> timeout_s;
    std::optional<std::uint32_t> ephemeral_storage_mb;
    std::optional<std::map<std::string, std::string>> environment;
    std::optional<std::map<std::string, std::string>> tags;
    std::optional<std::string> dead_letter_arn;
};

// What PublishVersion is told.
struct Publication {
    std::optional<std::string> description;  // else the function's
    std::string revision;                    // that $LATEST must have; empty: any
};

// The functions that exist, and their published versions: validated (limits of lambda-facts section
// 1), stored before they are acknowledged, and held in memory for the hot path. Owned by the
// composition root; event loop's thread only. Errors carry AWS's sentence as message and the field
// as subject: "zip", "runtime", "environment", …; kConflict has "function" when the name is taken
// and "revision_id" when the function has changed since the given revision (empty: any).
class FunctionRegistry {
  public:
    FunctionRegistry(sql::Driver& driver, PackageStore& packages, const Clock& clock);

    static std::vector<sql::Migration> migrations();
    // Once, at start: reads the functions and removes packages that none of them names.
    Task<Result<void>> load();

    // kConflict when the name is taken. `zip` is the uploaded package.
    Task<Result<FunctionPtr>> create(Function wanted, std::string zip);
    Task<Result<FunctionPtr>> update_code(std::string name, std::string zip, std::string revision);
    Task<Result<FunctionPtr>> update_configuration(
        std::string name, FunctionChange change, std::string revision
    );
    Task<Result<void>> remove(std::string name);

    // $LATEST as it is now, under the next number; the last version when nothing has changed since.
    Task<Result<FunctionPtr>> publish(std::string name, Publication asked);
    Task<Result<void>> remove_version(std::string name, std::string version);  // digits

    // By Function::key: "name" or "name:3"; null when there is none.
    FunctionPtr find(const std::string& key) const;
    std::vector<FunctionPtr> list() const;                             // $LATEST of each, by name
    std::vector<FunctionPtr> versions(const std::string& name) const;  // published, oldest first

  private:
    using Edit = std::function<Result<void>(Function&)>;
    using Versions = std::map<std::uint64_t, FunctionPtr>;
    Task<Result<FunctionPtr>> replace(std::string name, std::string revision, Edit edit);
    FunctionPtr find_version(const std::string& name, std::string_view version) const;

    sql::Driver& driver_;
    PackageStore& packages_;
    const Clock& clock_;
    std::map<std::string, FunctionPtr> functions_;
    std::map<std::string, Versions> versions_;  // by name
};

}  // namespace lambent::runtime
