#include "api/s3/website_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/s3_errors.h"
#include "base/http/uri.h"

#include <memory>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr char kWebsiteSetting[] = "website";
constexpr char kRedirectHeader[] = "x-amz-website-redirect-location";

std::shared_ptr<const Website> parsed_website(
    const std::string& text, const std::string& /*bucket*/
) {
    auto website = parse_website(text);
    return website.has_error() ? nullptr
                               : std::make_shared<const Website>(std::move(website).value());
}

AwsError no_website(const std::string& bucket) {
    AwsError error(
        404,
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration"
    );
    error.with("BucketName", bucket);
    return error;
}

http::Response redirect(unsigned status, std::string location) {
    http::Response response = empty_response(status);
    response.headers.set("Location", std::move(location));
    return response;
}

// Pages are for everybody, whoever asks.
void make_anonymous(S3Call& call) {
    call.request.principal = Principal{"", "anonymous", false};
    call.request.query.clear();
}

// An object that sends its readers elsewhere.
Answer<http::Response> or_redirect(Answer<http::Response> answer) {
    if (answer.has_error() || answer->status != 200) {
        return answer;
    }
    const auto location = answer->headers.find(kRedirectHeader);
    if (!location) {
        return answer;
    }
    return redirect(301, std::string(*location));
}

}  // namespace

WebsiteOperations::WebsiteOperations(
    triggers::ObjectStore& store, ObjectOperations& objects, AccessGuard& guard
)
    : store_(store),
      objects_(objects),
      guard_(guard),
      websites_(store, kWebsiteSetting, parsed_website) {}

Task<Answer<http::Response>> WebsiteOperations::put(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(const Website website, parse_website(text));
    auto setting = store_.set_setting(call.bucket(), kWebsiteSetting, website_document(website));
    LAMBENT_CO_TRY(in_s3(co_await std::move(setting)));
    forget(call.bucket());
    co_return empty_response(200);
}

Task<Answer<http::Response>> WebsiteOperations::get(S3Call call) {
    auto reading = store_.setting(call.bucket(), kWebsiteSetting);
    LAMBENT_CO_TRY(const auto text, in_s3(co_await std::move(reading)));
    if (!text) {
        co_return no_website(call.bucket());
    }
    co_return xml_response(*text);
}

Task<Answer<http::Response>> WebsiteOperations::erase(S3Call call) {
    auto erasing = store_.erase_setting(call.bucket(), kWebsiteSetting);
    LAMBENT_CO_TRY(in_s3(co_await std::move(erasing)));
    forget(call.bucket());
    co_return empty_response(204);
}

Task<http::Response> WebsiteOperations::show(S3Call call) {
    make_anonymous(call);
    const auto found = co_await websites_.find(call.bucket());
    if (found.has_error() || *found == nullptr) {
        const AwsError error = found.has_error() ? to_s3(found.error()) : no_website(call.bucket());
        co_return co_await error_response(call, nullptr, error);
    }
    const std::shared_ptr<const Website> website = *found;
    Answer<http::Response> answer = co_await page(call, *website);
    if (answer.has_value()) {
        co_return std::move(answer).value();
    }
    co_return co_await error_response(call, website.get(), answer.error());
}

Task<Answer<http::Response>> WebsiteOperations::page(const S3Call& call, const Website& website) {
    const std::string& method = call.request.head.method;
    if (method != "GET" && method != "HEAD") {
        co_return method_not_allowed(method);
    }
    if (!website.redirect_host.empty()) {
        const std::string protocol =
            website.redirect_protocol.empty() ? "http" : website.redirect_protocol;
        co_return redirect(301, protocol + "://" + website.redirect_host + call.request.head.path);
    }
    const std::string& key = call.key();
    const bool is_folder = key.empty() || key.ends_with('/');
    auto reading = read(call, is_folder ? key + website.index_suffix : key);
    Answer<http::Response> answer = or_redirect(co_await std::move(reading));
    if (answer.has_value() || is_folder || answer.error().status() == 400) {
        co_return answer;
    }
    // A folder that was asked for without the slash at its end.
    const triggers::ObjectPath index{call.bucket(), key + "/" + website.index_suffix};
    const auto shown = co_await store_.head(index);
    if (shown.has_value()) {
        const std::string to = "/" + http::percent_encode(key, http::Slash::kKeep) + "/";
        co_return redirect(302, to);
    }
    co_return answer;
}

Task<Answer<http::Response>> WebsiteOperations::read(S3Call call, std::string key) {
    call.target.key = std::move(key);
    LAMBENT_CO_TRY(co_await guard_.check(call, Operation::kGetObject));
    const bool may_know = co_await guard_.may_know_absence(call);
    Answer<http::Response> answer = co_await objects_.get(std::move(call));
    const bool is_missing = answer.has_error() ? answer.error().status() == 404
                                               : answer->status == 404 || answer->status == 405;
    if (is_missing && !may_know) {
        co_return AwsError(403, "AccessDenied", "Access Denied");
    }
    if (is_missing && answer.has_value()) {
        co_return to_s3(Error(Code::kNotFound, "object", "hidden by a delete marker"));
    }
    co_return answer;
}

Task<http::Response> WebsiteOperations::error_response(
    const S3Call& call, const Website* website, AwsError error
) {
    if (website != nullptr && !website->error_key.empty() && error.is_callers_fault()) {
        S3Call plain = call;
        plain.request.head.headers.remove("Range");
        plain.request.head.method = "GET";
        auto reading = read(std::move(plain), website->error_key);
        Answer<http::Response> document = co_await std::move(reading);
        if (document.has_value() && document->status == 200) {
            document->status = error.status();
            co_return std::move(document).value();
        }
    }
    http::Response response;
    response.status = error.status();
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.headers.set("x-amz-error-code", error.name());
    response.body = error_page(error, call.key(), call.request.request_id);
    co_return response;
}

}  // namespace lambent::api::s3
