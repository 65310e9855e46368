#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace lambent::cli {

// What happens with events that wait: nothing said of one is Lambda's default.
struct AsyncSettings {
    std::optional<std::uint32_t> age_max_s;
    std::optional<std::uint32_t> retries_max;
    std::string on_success;  // ARNs; empty: nobody is told
    std::string on_failure;

    friend bool operator==(const AsyncSettings&, const AsyncSettings&) = default;
};

// How a function is run, apart from what it is: its versions, aliases, concurrency and the life of
// its asynchronous events, in Lambda's own REST API. `qualifier`: an alias, or empty.
class FunctionOperationApi {
  public:
    explicit FunctionOperationApi(HttpClient& client) : client_(client) {}

    // The number of the version: the newest one's when nothing has changed since.
    Result<std::string> publish(const std::string& function, const std::string& description);
    // The version that an alias leads to; nothing: there is no such alias.
    Result<std::optional<std::string>> alias(const std::string& function, const std::string& name);
    Result<void> create_alias(
        const std::string& function, const std::string& name, const std::string& version
    );
    Result<void> move_alias(
        const std::string& function, const std::string& name, const std::string& version
    );

    Result<std::optional<std::uint32_t>> reserved(const std::string& function);
    Result<void> reserve(const std::string& function, std::uint32_t slots);
    Result<std::optional<std::uint32_t>> provisioned(
        const std::string& function, const std::string& qualifier
    );
    Result<void> provision(
        const std::string& function, const std::string& qualifier, std::uint32_t slots
    );

    Result<std::optional<AsyncSettings>> async_settings(
        const std::string& function, const std::string& qualifier
    );
    Result<void> set_async(
        const std::string& function, const std::string& qualifier, const AsyncSettings& settings
    );

    // "Allow" or "Terminate".
    Result<std::string> recursive_loop(const std::string& function);
    Result<void> set_recursive_loop(const std::string& function, const std::string& what);

  private:
    HttpClient& client_;
};

}  // namespace lambent::cli
