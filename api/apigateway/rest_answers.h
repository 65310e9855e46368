#pragma once

#include "base/http/message.h"

#include <string>

namespace lambent::api::apigateway {

// What REST APIs answer by themselves, in API Gateway's words.
http::Response rest_refusal(unsigned status, const std::string& name, const std::string& message);
http::Response missing_token();        // also where there is no such resource or method
http::Response unauthorized_caller();  // without what the authorizer looks for, or by its word
http::Response not_authorized(bool is_explicit);
http::Response authorizer_failed();
http::Response internal_error(unsigned status);  // 500: not invoked; 502: failed or malformed
http::Response timed_out();
http::Response too_long();

}  // namespace lambent::api::apigateway
