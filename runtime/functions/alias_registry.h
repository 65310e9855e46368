#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::runtime {

// A name for a version of a function, or for two of which one gets a share of the calls.
struct Alias {
    struct Split {
        std::string version;
        double weight = 0;  // 0 to 1
    };
    std::string function;
    std::string name;
    std::string version;  // "$LATEST" or a number
    std::string description;
    std::string revision_id;
    std::optional<Split> split;
};

// The version that a call gets; `draw` is evenly spread over [0, 1). Pure.
const std::string& routed_version(const Alias& alias, double draw);

// The aliases of all functions: stored before they are acknowledged, and held in memory for the hot
// path. Whether the versions exist is asked by who creates one. Owned by the composition root;
// event loop's thread only. Errors: kConflict with subject "alias" when the name is taken, and with
// "revision_id" when it has changed since the given revision (empty: any); kNotFound.
class AliasRegistry {
  public:
    // The aliases of this function changed.
    using Listener = std::function<void(const std::string& function)>;

    explicit AliasRegistry(sql::Driver& driver) : driver_(driver) {}

    // Once, at start. Its table is among FunctionRegistry::migrations.
    Task<Result<void>> load();
    void listen(Listener listener) { listener_ = std::move(listener); }

    Task<Result<Alias>> create(Alias wanted);
    Task<Result<Alias>> replace(Alias wanted, std::string revision);
    Task<Result<void>> remove(std::string function, std::string name);
    // The function was removed, and its aliases from the disk with it.
    void forget(const std::string& function);

    std::optional<Alias> find(const std::string& function, const std::string& name) const;
    std::vector<Alias> list(const std::string& function) const;  // by name
    // Names of those that lead to a version.
    std::vector<std::string> naming(const std::string& function, const std::string& version) const;

  private:
    Alias* entry(const std::string& function, const std::string& name);
    void tell(const std::string& function);

    sql::Driver& driver_;
    Listener listener_;
    std::map<std::string, std::map<std::string, Alias>> aliases_;
};

}  // namespace lambent::runtime
