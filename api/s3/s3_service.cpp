#include "api/s3/s3_service.h"

#include "api/s3/s3_errors.h"
#include "api/s3/s3_parts.h"
#include "api/wire/routing.h"

#include <utility>

namespace lambent::api::s3 {

S3Service::S3Service(S3Config config, S3Ports ports, Logger log)
    : parts_(std::make_unique<Parts>(std::move(config), ports, std::move(log))) {}
S3Service::~S3Service() = default;

Task<http::Response> S3Service::serve(Request request, http::BodyReader& body) {
    const std::string path = request.head.path;
    const std::string request_id = request.request_id;
    S3Call call{std::move(request), &body, Target()};
    const std::string host(call.header("Host").value_or(""));
    Answer<http::Response> answer;
    auto target = parse_target(path, host);
    if (target.has_error()) {
        answer = target.error();
    } else {
        call.target = std::move(target).value();
        if (is_website_host(host)) {
            answer = co_await parts_->show_website(std::move(call));
        } else {
            answer = co_await parts_->answer(std::move(call));
        }
    }
    http::Response response;
    if (answer.has_value()) {
        response = std::move(answer).value();
    } else {
        const AwsError error = answer.error();
        if (!error.is_callers_fault()) {
            parts_->log.error("s3_failed", {{"error", error.name()}, {"request", request_id}});
        }
        response = s3_error(error, path, request_id);
    }
    response.headers.set("x-amz-request-id", request_id);
    response.headers.set("x-amz-id-2", host_id(request_id));
    response.headers.set("Server", "AmazonS3");
    co_return response;
}

}  // namespace lambent::api::s3
