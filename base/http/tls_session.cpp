#include "base/http/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace lambent::http {
namespace {

constexpr char kHandshakeRecord = 0x16;  // RFC 8446, 5.1: the first byte of every TLS connection

int clamped(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

int socket_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool is_for_later() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

// OpenSSL's own sockets write without MSG_NOSIGNAL: a peer that has gone would end the process.
int write_socket(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t sent =
        ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && is_for_later()) {
        BIO_set_retry_write(bio);
    }
    return static_cast<int>(sent);
}

int read_socket(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(socket_of(bio), into, static_cast<std::size_t>(size), 0);
    if (got < 0 && is_for_later()) {
        BIO_set_retry_read(bio);
    }
    return static_cast<int>(got);
}

long control_socket(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int create_socket(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
}

// Made once, and never freed: as long as the process.
const BIO_METHOD* socket_method() {
    static const BIO_METHOD* const kMethod = [] {
        BIO_METHOD* const made =
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "lambent socket");
        BIO_meth_set_write(made, write_socket);
        BIO_meth_set_read(made, read_socket);
        BIO_meth_set_ctrl(made, control_socket);
        BIO_meth_set_create(made, create_socket);
        return made;
    }();
    return kMethod;
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* session) const {
    SSL_free(session);
}

TlsSession::TlsSession(ssl_st* session, int socket) : session_(session), socket_(socket) {
    BIO* const bio = BIO_new(socket_method());
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
    SSL_set_bio(session_.get(), bio, bio);
    SSL_set_accept_state(session_.get());
}

TlsSession::~TlsSession() {
    finish();
}

// What comes first, before the handshake takes it.
TlsSession::State TlsSession::look() const {
    char first = 0;
    const ssize_t seen = ::recv(socket_, &first, 1, MSG_PEEK);
    if (seen == 0) {
        return State::kEnd;
    }
    if (seen < 0) {
        return is_for_later() ? State::kWaitsRead : State::kBroken;
    }
    return first == kHandshakeRecord ? State::kDone : State::kPlain;
}

TlsSession::State TlsSession::state_of(int result) const {
    switch (SSL_get_error(session_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return State::kWaitsRead;
        case SSL_ERROR_WANT_WRITE:
            return State::kWaitsWrite;
        case SSL_ERROR_ZERO_RETURN:
            return State::kEnd;
        default:
            return State::kBroken;
    }
}

TlsSession::Step TlsSession::read(void* into, std::size_t size) {
    if (!has_looked_) {
        const State seen = look();
        if (seen != State::kDone) {
            return {seen, 0};
        }
        has_looked_ = true;
    }
    ERR_clear_error();  // of other sessions of this thread
    const int got = SSL_read(session_.get(), into, clamped(size));
    if (got > 0) {
        return {State::kDone, static_cast<std::size_t>(got)};
    }
    const State state = state_of(got);
    is_broken_ = is_broken_ || state == State::kBroken;
    return {state, 0};
}

TlsSession::Step TlsSession::write(std::string_view bytes) {
    ERR_clear_error();
    const int taken = SSL_write(session_.get(), bytes.data(), clamped(bytes.size()));
    if (taken > 0) {
        return {State::kDone, static_cast<std::size_t>(taken)};
    }
    const State state = state_of(taken);
    is_broken_ = is_broken_ || state == State::kBroken;
    return {state, 0};
}

void TlsSession::finish() {
    const bool has_begun = SSL_is_init_finished(session_.get()) == 1;
    if (has_begun && !is_broken_ && (SSL_get_shutdown(session_.get()) & SSL_SENT_SHUTDOWN) == 0) {
        ERR_clear_error();
        SSL_shutdown(session_.get());
    }
}

}  // namespace lambent::http
