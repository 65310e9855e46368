#pragma once

#include "base/async/task_scope.h"
#include "base/http/message.h"
#include "base/http/server.h"
#include "base/logger.h"
#include "base/unique_fd.h"
#include "runtime/environment/conversation.h"

#include <boost/asio/any_io_executor.hpp>

#include <string>
#include <string_view>

namespace lambent::runtime {

// The Lambda Runtime API (2018-06-01) of one environment, served on the socket that lives inside
// its cell's network namespace: whoever reaches it is that cell, so nobody is authenticated.
// Answers with AWS's own statuses and error names; what the guest gets wrong never disturbs the
// invocation in flight. Owned by a CellChannel; event loop's thread only.
class RuntimeApi final : private http::Handler {
  public:
    RuntimeApi(
        boost::asio::any_io_executor executor,
        UniqueFd listener,
        Conversation& talk,
        const Logger& log
    );

    // Nobody waits in `talk` any more.
    Task<> close();

  private:
    Task<http::Response> handle(http::RequestHead head, http::BodyReader& body) override;
    Task<http::Response> next();
    Task<http::Response> answer(
        const http::RequestHead& head,
        http::BodyReader& body,
        std::string_view request_id,
        AnswerKind kind
    );
    Task<http::Response> whole_answer(
        const http::RequestHead& head, http::BodyReader& body, AnswerKind kind
    );
    Task<http::Response> stream_answer(const http::RequestHead& head, http::BodyReader& body);
    Task<http::Response> init_error(const http::RequestHead& head, http::BodyReader& body);
    Task<> await_guest(UniqueFd listener);

    Conversation& talk_;
    http::Server server_;
    TaskScope scope_;
};

}  // namespace lambent::runtime
