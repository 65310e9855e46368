#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <map>
#include <optional>
#include <string>

namespace lambent::cli {

using QueueAttributes = std::map<std::string, std::string>;  // as SQS names and writes them

// The queues of the daemon, in SQS's own API (AWS JSON 1.0).
class SqsApi {
  public:
    explicit SqsApi(HttpClient& client) : client_(client) {}

    // Of a queue by its name; nothing when there is none.
    Result<std::optional<QueueAttributes>> attributes(const std::string& name);
    Result<void> create(const std::string& name, const QueueAttributes& attributes);
    Result<void> set(const std::string& name, const QueueAttributes& attributes);

  private:
    Result<HttpReply> ask(const std::string& operation, const std::string& body);
    Result<std::string> url_of(const std::string& name);

    HttpClient& client_;
};

}  // namespace lambent::cli
