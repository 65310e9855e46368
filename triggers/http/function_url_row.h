#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/http/function_url.h"

#include <string>
#include <vector>

namespace lambent::triggers {

// How the URLs of functions lie in the database.
extern const char kFunctionUrlSchema[];

Result<std::vector<FunctionUrl>> read_function_urls(sql::Session& session);
Result<void> insert_function_url(sql::Session& session, const FunctionUrl& url);
// Whether there was one.
Result<bool> erase_function_url(
    sql::Session& session, const std::string& function, const std::string& alias
);

}  // namespace lambent::triggers
