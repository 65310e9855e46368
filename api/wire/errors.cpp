#include "api/wire/errors.h"

#include "api/wire/json.h"
#include "api/wire/query.h"
#include "api/wire/xml.h"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace lambent::api {
namespace {

http::Response answer(const AwsError& error, std::string content_type, std::string body) {
    http::Response response;
    response.status = error.status();
    response.headers.add("Content-Type", std::move(content_type));
    response.body = std::move(body);
    return response;
}

}  // namespace

void throw_exception_from_error(const AwsError& error, const boost::source_location& /*where*/) {
    throw std::runtime_error(error.name() + ": " + error.message());
}

http::Response rest_json_error(const AwsError& error) {
    nlohmann::ordered_json body;
    body["Type"] = error.is_callers_fault() ? "User" : "Service";
    body["Message"] = error.message();
    body["message"] = error.message();
    for (const auto& [key, value] : error.details()) {
        body[key] = value;
    }
    http::Response response = answer(error, "application/json", dump_json(body));
    response.headers.add("x-amzn-ErrorType", error.name());
    return response;
}

http::Response json_rpc_error(const AwsError& error) {
    nlohmann::ordered_json body;
    body["__type"] = error.name();
    body["message"] = error.message();
    for (const auto& [key, value] : error.details()) {
        body[key] = value;
    }
    http::Response response = answer(error, "application/x-amz-json-1.1", dump_json(body));
    response.headers.add("x-amzn-ErrorType", error.name());
    return response;
}

http::Response s3_error(
    const AwsError& error, std::string_view resource, std::string_view request_id
) {
    XmlWriter xml;
    xml.open("Error");
    xml.leaf("Code", error.name());
    xml.leaf("Message", error.message());
    for (const auto& [key, value] : error.details()) {
        xml.leaf(key, value);
    }
    xml.leaf("Resource", resource);
    xml.leaf("RequestId", request_id);
    xml.close();
    return answer(error, "application/xml", xml.take());
}

http::Response function_url_error(const AwsError& error) {
    nlohmann::ordered_json body;
    body["Message"] = error.message();
    http::Response response = answer(error, "application/json", dump_json(body));
    response.headers.add("x-amzn-ErrorType", error.name());
    return response;
}

http::Response http_api_error(const AwsError& error) {
    nlohmann::ordered_json body;
    body["message"] = error.message();
    return answer(error, "application/json", dump_json(body));
}

http::Response query_error(const AwsError& error, std::string_view request_id) {
    return query_error(error, request_id, "https://sts.amazonaws.com/doc/2011-06-15/");
}

}  // namespace lambent::api
