#pragma once

#include "api/wire/held_bytes.h"
#include "api/wire/refusal.h"
#include "api/wire/signature_verifier.h"
#include "base/http/message.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::api {

// Whether bytes come behind the head.
bool announces_body(const http::RequestHead& head);

// What S3 must put under its signature for the body: the client's own statement, since the body is
// checked while it streams. A presigned address need not say anything.
Checked<std::string> declared_payload(const http::RequestHead& head, Authorization::Form form);

// The body as its service reads it: unwrapped, and compared with what `payload` states. Null when
// there is nothing to unwrap or compare. Takes "aws-chunked" off the head's Content-Encoding.
// `seal` is absent when signatures are not checked. Borrows `body`.
Checked<std::unique_ptr<http::BodyReader>> unwrap_body(
    http::RequestHead& head,
    http::BodyReader& body,
    std::string_view payload,
    std::optional<ChunkSeal> seal
);

// A body that is small enough to be held, with its hash: what services other than S3 sign. What it
// takes is put on `share`, which outlives the flow; kBusy when there is no room for it now.
struct HashedText {
    std::string text;
    std::string sha256_hex;
};
Task<Checked<HashedText>> read_hashed(
    http::BodyReader& body, std::uint64_t bytes_max, HeldBytes::Share& share
);
// The same at once, when the body has come already; else nothing.
std::optional<Checked<HashedText>> take_hashed(
    http::BodyReader& body, std::uint64_t bytes_max, HeldBytes::Share& share
);

}  // namespace lambent::api
