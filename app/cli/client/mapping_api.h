#pragma once

#include "app/cli/client/http_client.h"
#include "app/cli/template/sam_template.h"
#include "base/result.h"

#include <optional>
#include <string>

namespace lambent::cli {

// The event source mappings of the daemon, in Lambda's own REST API.
class MappingApi {
  public:
    explicit MappingApi(HttpClient& client) : client_(client) {}

    struct Found {
        std::string uuid;
        SqsTrigger trigger;  // without its id
    };
    // The mapping between a queue and a function, if there is one.
    Result<std::optional<Found>> find(const std::string& queue_arn, const std::string& function);
    Result<void> create(const SqsTrigger& trigger, const std::string& function);
    Result<void> update(const std::string& uuid, const SqsTrigger& trigger);

  private:
    HttpClient& client_;
};

}  // namespace lambent::cli
