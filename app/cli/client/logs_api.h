#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::cli {

struct LogEvent {
    std::string id;
    std::string stream;
    std::int64_t time_ms = 0;
    std::string message;
};

// The CloudWatch Logs door of the daemon.
class LogsApi {
  public:
    explicit LogsApi(HttpClient& client) : client_(client) {}

    // The events of a function's log since `from_ms`, all streams in order of time. A function
    // that has never written has none.
    Result<std::vector<LogEvent>> events(const std::string& function, std::int64_t from_ms);
    // The events of one stream.
    Result<std::vector<LogEvent>> stream_events(
        const std::string& function, const std::string& stream
    );

  private:
    Result<std::vector<LogEvent>> filter(const std::string& body);

    HttpClient& client_;
};

}  // namespace lambent::cli
