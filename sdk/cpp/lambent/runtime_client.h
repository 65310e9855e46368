#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <lambent/function.h>

namespace lambent {

// {"errorMessage","errorType","stackTrace"} of an answer that failed.
std::string error_document(const Answer& answer);

// The Lambda Runtime API over one kept connection. Throws ConnectionLost when it breaks.
class RuntimeClient {
  public:
    struct ConnectionLost : std::runtime_error {
        using std::runtime_error::runtime_error;
    };
    struct Reply {
        int status = 0;
        std::string head;  // status line and fields
        std::string body;
    };

    explicit RuntimeClient(std::string_view address);  // "127.0.0.1:9001"
    ~RuntimeClient();
    RuntimeClient(const RuntimeClient&) = delete;
    RuntimeClient& operator=(const RuntimeClient&) = delete;

    void connect();
    Event next();
    // Posts the answer and the request for the next event together, so that a warm call costs the
    // function one wake-up, and waits for that event.
    Event answer(const std::string& request_id, const Answer& answer);

  private:
    Event receive_event();
    Reply receive_reply();
    void send(std::string_view bytes, int flags = 0);
    std::size_t receive_more();

    std::string address_;
    std::string host_;
    std::uint16_t port_ = 0;
    std::string next_request_;
    std::string received_;
    int socket_ = -1;
};

}  // namespace lambent
