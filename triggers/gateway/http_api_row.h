#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/gateway/http_api.h"

#include <string>
#include <vector>

namespace lambent::triggers {

// How an API lies in the database: one row, since nothing is asked of a part of it.
extern const char kHttpApiSchema[];

Result<std::vector<HttpApi>> read_http_apis(sql::Session& session);
Result<void> write_http_api(sql::Session& session, const HttpApi& api);
Result<void> erase_http_api(sql::Session& session, const std::string& id);

}  // namespace lambent::triggers
