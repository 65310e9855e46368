#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lambent::cli {

// How a function's URL is to be reached, in Lambda's words.
struct UrlSettings {
    std::string auth_type;
    std::string invoke_mode = "BUFFERED";
    bool allow_credentials = false;
    std::vector<std::string> allow_origins;
    std::vector<std::string> allow_methods;
    std::vector<std::string> allow_headers;
    std::vector<std::string> expose_headers;
    std::optional<std::uint32_t> max_age_s;

    friend bool operator==(const UrlSettings&, const UrlSettings&) = default;
};

struct UrlView {
    UrlSettings settings;
    std::string url;
};

// The URLs of functions, in Lambda's own REST API.
class FunctionUrlApi {
  public:
    explicit FunctionUrlApi(HttpClient& client) : client_(client) {}

    // `alias`: whose URL it is; empty: the function's own.
    Result<std::optional<UrlView>> find(const std::string& function, const std::string& alias);
    Result<UrlView> create(
        const std::string& function, const std::string& alias, const UrlSettings& settings
    );
    Result<UrlView> update(
        const std::string& function, const std::string& alias, const UrlSettings& settings
    );

  private:
    Result<UrlView> put(HttpCall call, const UrlSettings& settings);

    HttpClient& client_;
};

}  // namespace lambent::cli
