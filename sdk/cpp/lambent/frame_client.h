#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <lambent/function.h>
#include <lambent/runtime_client.h>

namespace lambent {

// lambent's own frames over the socket that the cell inherits: a head of 32 bytes, text, payload.
//
//   text bytes (4), payload bytes (4), type (1), flags (1), zero (6), event (8), deadline ms (8)
//
// With an answer the last field is how long it took, in microseconds, 1 at least. All
// little-endian. Quicker than the Runtime API, which functions use everywhere else. Throws
// RuntimeClient::ConnectionLost when the platform has gone.
class FrameClient {
  public:
    explicit FrameClient(int socket) : socket_(socket) {}

    void connect();
    // The first event. Says that the function runs and that it waits, in one write.
    Event next();
    // Sends the answer to the latest event and the wish for the next event in one write, and waits
    // for that event.
    Event answer(const std::string& request_id, const Answer& answer);

  private:
    Event receive_event();
    void receive_more(std::size_t wanted);
    void send(std::string head, std::string& body, std::string tail);

    int socket_;
    std::uint64_t event_ = 0;  // the latest one's number
    std::string received_;     // its first filled_ bytes have come and are not used yet
    std::size_t filled_ = 0;
    std::chrono::steady_clock::time_point arrived_;  // when the latest event was whole
};

}  // namespace lambent
