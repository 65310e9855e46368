#pragma once

#include "app/cli/client/endpoint.h"
#include "base/result.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::cli {

struct HttpCall {
    std::string service;         // the name that the signature carries: "lambda", "s3", "logs", …
    std::string method = "GET";  // upper case
    std::string path;            // plain text; every byte but '/' and the unreserved is encoded
    std::vector<std::pair<std::string, std::string>> query;  // plain text
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::milliseconds limit{60'000};
};

struct HttpReply {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    std::chrono::microseconds elapsed{0};  // from the call to the last byte of the answer

    bool ok() const { return status >= 200 && status < 300; }
    std::string header(const std::string& lower_case_name) const;
};

// One connection, kept open, to the daemon; every request is signed (SigV4). The wire
// only: it knows methods and headers, not services. Single-threaded.
class HttpClient {
  public:
    explicit HttpClient(Endpoint endpoint);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    const Endpoint& endpoint() const { return endpoint_; }
    // Any HTTP answer is a reply; an Error means that there was none (kUnavailable: nobody listens;
    // kDeadline: it took longer than the limit).
    Result<HttpReply> send(const HttpCall& call);

  private:
    struct Connection;

    Endpoint endpoint_;
    std::unique_ptr<Connection> connection_;
};

// "a b/ü" -> "a%20b/%C3%BC".
std::string encode_path(std::string_view path);
// Sorted and encoded as the signature's canonical form wants it, without the '?'.
std::string encode_query(std::vector<std::pair<std::string, std::string>> query);

}  // namespace lambent::cli
