#pragma once

#include "base/http/tls_session.h"
#include "base/result.h"

#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace lambent::http {

// A certificate, its key and how TLS is spoken with them: 1.2 or newer, HTTP/1.1 by ALPN. Shared by
// the listener and its connections; event loop's thread only.
class TlsContext {
  public:
    // PEM files: the certificate with those that lead to its authority, and its key, unencrypted.
    // kInvalidArgument says which file is missing, unreadable, none, or does not belong to the
    // other.
    static Result<std::shared_ptr<const TlsContext>> load(
        const std::string& certificate_file, const std::string& key_file
    );

    // For a connected socket, which must outlive the session.
    std::unique_ptr<TlsSession> accept(int socket) const;
    // The names and addresses that the certificate is for: "example.org", "*.example.org",
    // "192.0.2.1".
    const std::vector<std::string>& names() const { return names_; }

  private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    explicit TlsContext(std::unique_ptr<ssl_ctx_st, Free> context);

    std::unique_ptr<ssl_ctx_st, Free> context_;
    std::vector<std::string> names_;
};

}  // namespace lambent::http
