#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "runtime/environment/response_sink.h"
#include "scheduler/invocation.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace lambent::scheduler {

// The response of one invocation on its way from the environment that writes it to the one flow
// that reads it. Holds little: who writes more waits. Shared by the invocation and its reader, who
// may leave, and what still comes is then dropped. Event loop's thread only.
class ResponseStream final : public runtime::ResponseSink {
  public:
    explicit ResponseStream(const boost::asio::any_io_executor& executor);

    // The writer's side.
    void begin(std::string content_type) override { content_type_ = std::move(content_type); }
    void write(std::string bytes) override;
    bool is_full() const override;
    Task<> drained() override;
    void run_by(std::string version) { executed_version_ = std::move(version); }
    void finish(Result<InvocationResult> result);  // the first one counts

    // The reader's side. All that has come, at least one byte; empty at the end, when there is a
    // result. The response is only whole if that is a success.
    Task<std::string> read();
    const Result<InvocationResult>& result() const { return *result_; }
    const std::string& content_type() const { return content_type_; }
    const std::string& executed_version() const { return executed_version_; }
    void abandon();

  private:
    static Task<> pause(boost::asio::steady_timer& until);

    std::string content_type_;
    std::string executed_version_;
    std::string held_;
    std::optional<Result<InvocationResult>> result_;
    bool is_abandoned_ = false;
    boost::asio::steady_timer arrival_;  // cancelled when there is something to read
    boost::asio::steady_timer room_;     // and when there is room again
};

}  // namespace lambent::scheduler
