#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/gateway/http_api.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// The HTTP APIs: on disk before they are acknowledged, and in memory for who asks. Owned by the
// composition root; event loop's thread only. kNotFound with subject "api".
class HttpApis {
  public:
    HttpApis(sql::Driver& driver, const Clock& clock) : driver_(driver), clock_(clock) {}

    static std::vector<sql::Migration> migrations();
    Task<Result<void>> load();  // once, at start

    Task<Result<void>> create(HttpApi api);
    // Changes one; what `change` refuses is not kept. Two changes at once see each other.
    using Change = std::function<Result<void>(HttpApi& api)>;
    Task<Result<void>> update(std::string id, Change change);
    Task<Result<void>> remove(std::string id);

    const HttpApi* find(std::string_view id) const;  // until the next change
    std::vector<const HttpApi*> list() const;        // by id, the same
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

  private:
    sql::Driver& driver_;
    const Clock& clock_;
    std::map<std::string, HttpApi, std::less<>> apis_;
};

// A new id of an API or of a part of one: `length` characters of 0-9 and a-z.
std::string new_api_id(std::size_t length);
// Brings a stage to what the API is now.
void deploy_stage(const HttpApi& api, ApiStage& stage, std::int64_t now_ms);
// Each stage that deploys by itself.
void deploy_automatically(HttpApi& api, std::int64_t now_ms);

}  // namespace lambent::triggers
