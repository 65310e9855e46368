#pragma once

#include "api/wire/errors.h"
#include "base/http/uri.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace lambent::api::sqs {

// Of every document of the Query protocol, errors included.
inline constexpr std::string_view kQueryNamespace = "http://queue.amazonaws.com/doc/2012-11-05/";

// A request of the Query protocol as the JSON protocol has it: "Attribute.1.Name=a&Attribute.1.
// Value=b" becomes {"Attributes":{"a":"b"}}, numbers become numbers. Pure.
nlohmann::json from_query(std::string_view action, const http::QueryItems& items);

// An answer as Query has it.
http::Response to_xml(
    std::string_view action, const nlohmann::json& answer, std::string_view request_id
);

}  // namespace lambent::api::sqs
