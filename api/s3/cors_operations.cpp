#include "api/s3/cors_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/s3_errors.h"

#include <memory>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr char kCorsSetting[] = "cors";

std::shared_ptr<const CorsRules> parsed_rules(
    const std::string& text, const std::string& /*bucket*/
) {
    auto rules = parse_cors(text);
    return rules.has_error() ? nullptr
                             : std::make_shared<const CorsRules>(std::move(rules).value());
}

AwsError forbidden(const char* message) {
    return AwsError(403, "AccessForbidden", message);
}

}  // namespace

CorsOperations::CorsOperations(triggers::ObjectStore& store)
    : store_(store), rules_(store, kCorsSetting, parsed_rules) {}

Task<Answer<http::Response>> CorsOperations::put(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(const CorsRules rules, parse_cors(text));
    auto setting = store_.set_setting(call.bucket(), kCorsSetting, cors_document(rules));
    LAMBENT_CO_TRY(in_s3(co_await std::move(setting)));
    forget(call.bucket());
    co_return empty_response(200);
}

Task<Answer<http::Response>> CorsOperations::get(S3Call call) {
    auto reading = store_.setting(call.bucket(), kCorsSetting);
    LAMBENT_CO_TRY(const auto text, in_s3(co_await std::move(reading)));
    if (!text) {
        co_return AwsError(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist");
    }
    co_return xml_response(*text);
}

Task<Answer<http::Response>> CorsOperations::erase(S3Call call) {
    auto erasing = store_.erase_setting(call.bucket(), kCorsSetting);
    LAMBENT_CO_TRY(in_s3(co_await std::move(erasing)));
    forget(call.bucket());
    co_return empty_response(204);
}

Task<Answer<http::Response>> CorsOperations::preflight(S3Call call) {
    CorsQuestion question;
    question.origin = call.header("Origin").value_or("");
    question.method = call.header("Access-Control-Request-Method").value_or("");
    question.headers =
        split_list(lower_case(call.header("Access-Control-Request-Headers").value_or("")));
    if (question.origin.empty()) {
        co_return AwsError(
            400, "BadRequest", "Insufficient information. Origin request header needed."
        );
    }
    if (question.method.empty()) {
        co_return AwsError(
            400, "BadRequest", "Invalid Access-Control-Request-Method: " + question.method
        );
    }
    const auto rules = co_await rules_.find(call.bucket());
    if (rules.has_error() || *rules == nullptr) {
        co_return forbidden("CORSResponse: CORS is not enabled for this bucket.");
    }
    const CorsRule* rule = matching_rule(**rules, question);
    if (rule == nullptr) {
        co_return forbidden(
            "CORSResponse: This CORS request is not allowed. This is usually because the "
            "evalution of Origin, request method / Access-Control-Request-Method or "
            "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
        );
    }
    http::Response response = empty_response(200);
    write_cors_headers(*rule, question, response.headers);
    co_return response;
}

Task<std::optional<http::Headers>> CorsOperations::headers_for(const S3Call& call) {
    CorsQuestion question;
    question.origin = call.header("Origin").value_or("");
    question.method = call.request.head.method;
    if (question.origin.empty() || call.bucket().empty()) {
        co_return std::nullopt;
    }
    const auto rules = co_await rules_.find(call.bucket());
    const CorsRule* rule =
        rules.has_value() && *rules != nullptr ? matching_rule(**rules, question) : nullptr;
    if (rule == nullptr) {
        co_return std::nullopt;
    }
    http::Headers headers;
    write_cors_headers(*rule, question, headers);
    co_return std::optional<http::Headers>(std::move(headers));
}

}  // namespace lambent::api::s3
