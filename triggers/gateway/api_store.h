#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/gateway/http_api.h"
#include "triggers/gateway/rest_api.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// The APIs of one kind: on disk before they are acknowledged, and in memory for who asks. Owned by
// the composition root; event loop's thread only. kNotFound with subject "api".
template <class Api>
class ApiStore {
  public:
    ApiStore(sql::Driver& driver, const Clock& clock) : driver_(driver), clock_(clock) {}

    static std::vector<sql::Migration> migrations();
    Task<Result<void>> load();  // once, at start

    Task<Result<void>> create(Api api);
    // Changes one; what `change` refuses is not kept. Two changes at once see each other,
    // and none brings back what is removed meanwhile.
    using Change = std::function<Result<void>(Api& api)>;
    Task<Result<void>> update(std::string id, Change change);
    Task<Result<void>> remove(std::string id);

    const Api* find(std::string_view id) const;  // until the next change
    std::vector<const Api*> list() const;        // by id, the same
    std::int64_t now_ms() const { return unix_ms(clock_.wall_now()); }

  private:
    sql::Driver& driver_;
    const Clock& clock_;
    std::map<std::string, Api, std::less<>> apis_;
};

using HttpApis = ApiStore<HttpApi>;
using RestApis = ApiStore<RestApi>;

extern template class ApiStore<HttpApi>;
extern template class ApiStore<RestApi>;

// A new id of an API or of a part of one: `length` characters of 0-9 and a-z.
std::string new_api_id(std::size_t length);

}  // namespace lambent::triggers
