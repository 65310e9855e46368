#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/http/function_url.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::triggers {

// The URLs of all functions: on disk before they are acknowledged, and in memory for who asks. A
// function has at most one, and each of its aliases another. Whether function and alias exist is
// asked by who creates one. Owned by the composition root; event loop's thread only. Errors:
// kConflict when there is one already; kNotFound.
class FunctionUrls {
  public:
    FunctionUrls(sql::Driver& driver, const Clock& clock) : driver_(driver), clock_(clock) {}

    static std::vector<sql::Migration> migrations();
    // Once, at start. What belongs to no function or alias any more is removed.
    using Exists = std::function<bool(const FunctionUrl& url)>;
    Task<Result<void>> load(Exists exists);

    Task<Result<FunctionUrl>> create(FunctionUrl wanted);  // id and times are given here
    Task<Result<FunctionUrl>> replace(FunctionUrl wanted);
    Task<Result<void>> remove(std::string function, std::string alias);
    // All of a function's, also when there are none.
    Task<Result<void>> forget(std::string function);

    std::optional<FunctionUrl> find(const std::string& function, const std::string& alias) const;
    std::optional<FunctionUrl> find(std::string_view id) const;
    std::vector<FunctionUrl> list(const std::string& function) const;  // by alias

  private:
    using Key = std::pair<std::string, std::string>;  // function, alias

    sql::Driver& driver_;
    const Clock& clock_;
    std::map<Key, FunctionUrl> urls_;
    std::map<std::string, Key, std::less<>> ids_;
};

}  // namespace lambent::triggers
