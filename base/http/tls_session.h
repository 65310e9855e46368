#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

struct ssl_st;

namespace lambent::http {

// One TLS connection over a non-blocking socket, the server's side: never waits, but says what must
// be waited for. Shakes hands with the first read. Owned by the connection's socket.
class TlsSession {
  public:
    // Takes over the session, not the socket.
    TlsSession(ssl_st* session, int socket);
    ~TlsSession();  // tells the peer that nothing more comes, as far as the socket takes it now
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    enum class State {
        kDone,        // `bytes` were read or written
        kWaitsRead,   // nothing was: when the socket can be read, again
        kWaitsWrite,  // or written
        kEnd,         // the peer has said that nothing more comes
        kPlain,       // the first bytes are no TLS; they are still unread
        kBroken,
    };
    struct Step {
        State state = State::kBroken;
        std::size_t bytes = 0;
    };
    Step read(void* into, std::size_t size);
    // What could not be written must be offered again.
    Step write(std::string_view bytes);
    void finish();  // says that nothing more comes

  private:
    State look() const;
    State state_of(int result) const;

    struct Free {
        void operator()(ssl_st* session) const;
    };
    std::unique_ptr<ssl_st, Free> session_;
    int socket_;
    bool has_looked_ = false;  // whether the peer speaks TLS
    bool is_broken_ = false;   // and nothing may be said any more
};

}  // namespace lambent::http
