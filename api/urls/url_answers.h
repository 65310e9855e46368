#pragma once

#include "api/urls/address.h"
#include "base/http/message.h"
#include "base/result.h"
#include "scheduler/response_stream.h"
#include "triggers/http/http_answer.h"

#include <memory>

namespace lambent::api::urls {

// A function's answer as it goes out, with what its URL's rules add or overrule.
http::Response render_answer(
    triggers::HttpAnswer answer, const Place& place, const triggers::HttpRequest& request
);
// To a browser that asks before it sends the request itself.
http::Response render_preflight(const Place& place, const triggers::HttpRequest& request);

// For what is answered on the platform's own host, where a page of a function's would be of the
// platform's origin: has browsers give it one of its own.
void isolate_page(http::Response& response);

http::Response not_found();
http::Response forbidden();
http::Response too_large();
// The function failed, or its answer is none.
http::Response bad_gateway();
// The invocation was not begun, or the platform failed.
http::Response refused(const Error& error);

// What comes behind the first bytes of a streamed answer; cut short when the function fails.
class UrlStreamBody final : public http::BodySource {
  public:
    // The stream is shared with the invocation.
    explicit UrlStreamBody(std::shared_ptr<scheduler::ResponseStream> stream)
        : stream_(std::move(stream)) {}
    ~UrlStreamBody() override { stream_->abandon(); }
    UrlStreamBody(const UrlStreamBody&) = delete;
    UrlStreamBody& operator=(const UrlStreamBody&) = delete;

    void hold(std::string bytes) { first_ = std::move(bytes); }  // that were read already
    Task<Result<std::string>> read_some() override;

  private:
    std::shared_ptr<scheduler::ResponseStream> stream_;
    std::string first_;
};

}  // namespace lambent::api::urls
