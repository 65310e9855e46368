#include "api/wire/body_unwrapping.h"

#include "api/wire/checked_body.h"
#include "base/files/content_hash.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace lambent::api {
namespace {

constexpr std::string_view kContentHash = "x-amz-content-sha256";
constexpr std::string_view kDecodedLength = "x-amz-decoded-content-length";
constexpr std::string_view kAwsChunked = "aws-chunked";

struct Streaming {
    std::string_view payload;
    bool is_signed;
    bool has_trailer;
};
constexpr std::array kStreamings = {
    Streaming{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true, false},
    Streaming{"STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, true},
    Streaming{"STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, true},
};

Refusal not_told(std::string message) {
    return Refusal(Fault::kNoBodyHash, std::move(message));
}

bool is_sha256(std::string_view text) {
    const auto is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    return text.size() == 64 && std::all_of(text.begin(), text.end(), is_hex);
}

Checked<std::uint64_t> decoded_length(const http::Headers& headers) {
    const auto text = headers.find(kDecodedLength).value_or("");
    std::uint64_t length = 0;
    const char* const last = text.data() + text.size();
    const auto [end, failed] = std::from_chars(text.data(), last, length);
    if (failed != std::errc() || end != last || headers.count(kDecodedLength) != 1) {
        return not_told("Missing required header for this request: x-amz-decoded-content-length");
    }
    return length;
}

Checked<std::string> announced_trailer(const http::Headers& headers, bool may_have_one) {
    std::string name(headers.find("x-amz-trailer").value_or(""));
    if (name.empty() && !may_have_one) {
        return name;
    }
    constexpr std::array<std::string_view, 5> kChecksums = {
        "x-amz-checksum-crc32",
        "x-amz-checksum-crc32c",
        "x-amz-checksum-crc64nvme",
        "x-amz-checksum-sha1",
        "x-amz-checksum-sha256"};
    const bool is_known = std::count(kChecksums.begin(), kChecksums.end(), name) == 1;
    if (!may_have_one || !is_known || headers.count("x-amz-trailer") != 1) {
        return not_told("The value specified in the x-amz-trailer header is not supported");
    }
    return name;
}

// "aws-chunked,gzip" is stored as "gzip", as S3 does.
void strip_aws_chunked(http::Headers& headers) {
    const auto found = headers.find("content-encoding");
    if (!found) {
        return;
    }
    std::string kept;
    std::string_view rest = *found;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        std::string_view coding = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (coding.starts_with(' ')) {
            coding.remove_prefix(1);
        }
        if (coding != kAwsChunked && !coding.empty()) {
            kept.append(kept.empty() ? "" : ",").append(coding);
        }
    }
    if (kept.empty()) {
        headers.remove("content-encoding");
    } else {
        headers.set("Content-Encoding", std::move(kept));
    }
}

Checked<std::unique_ptr<http::BodyReader>> unwrap_chunks(
    http::RequestHead& head,
    http::BodyReader& body,
    const Streaming& streaming,
    std::optional<ChunkSeal> seal
) {
    AwsChunkedPlan plan;
    LAMBENT_TRY(plan.decoded_bytes, decoded_length(head.headers));
    LAMBENT_TRY(plan.trailer, announced_trailer(head.headers, streaming.has_trailer));
    plan.is_signed = streaming.is_signed;
    plan.seal = std::move(seal);
    strip_aws_chunked(head.headers);
    std::unique_ptr<http::BodyReader> wrapped =
        std::make_unique<AwsChunkedBody>(body, std::move(plan));
    return wrapped;
}

Refusal too_large(std::uint64_t bytes_max) {
    return Refusal(
        Fault::kTooLarge,
        "Request must be smaller than " + std::to_string(bytes_max) + " bytes for this operation"
    );
}

Refusal unreadable(const Error& error) {
    if (error.code() == Code::kDeadline) {
        return Refusal(Fault::kTimeout, "The body of the request did not come in time.");
    }
    return Refusal(Fault::kBadRequest, "The body of the request is broken: " + error.message());
}

}  // namespace

bool announces_body(const http::RequestHead& head) {
    return head.headers.find("content-length").value_or("0") != "0" ||
           head.headers.count("transfer-encoding") > 0;
}

Checked<std::string> declared_payload(const http::RequestHead& head, Authorization::Form form) {
    const std::size_t count = head.headers.count(kContentHash);
    if (count > 1) {
        return Refusal(Fault::kAmbiguous, "The request has two hashes of its body.");
    }
    if (count == 1) {
        return std::string(*head.headers.find(kContentHash));
    }
    if (form == Authorization::Form::kQuery) {
        return std::string(kUnsignedPayload);
    }
    return not_told("Missing required header for this request: x-amz-content-sha256");
}

Checked<std::unique_ptr<http::BodyReader>> unwrap_body(
    http::RequestHead& head,
    http::BodyReader& body,
    std::string_view payload,
    std::optional<ChunkSeal> seal
) {
    if (payload == kUnsignedPayload) {
        return std::unique_ptr<http::BodyReader>();
    }
    if (is_sha256(payload)) {
        std::unique_ptr<http::BodyReader> wrapped =
            std::make_unique<HashedBody>(body, std::string(payload));
        return wrapped;
    }
    for (const Streaming& streaming : kStreamings) {
        if (streaming.payload == payload) {
            return unwrap_chunks(head, body, streaming, std::move(seal));
        }
    }
    return not_told(
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a "
        "valid sha256 value."
    );
}

std::optional<Checked<HashedText>> take_hashed(
    http::BodyReader& body, std::uint64_t bytes_max, HeldBytes::Share& share
) {
    const std::uint64_t bytes = body.content_length().value_or(bytes_max + 1);
    if (bytes > bytes_max || bytes > share.room()) {
        return std::nullopt;  // read_hashed says why
    }
    std::optional<std::string> whole = body.take_whole();
    if (!whole) {
        return std::nullopt;
    }
    LAMBENT_ASSERT(share.grow(bytes));
    HashedText read;
    read.sha256_hex = to_hex(digest(HashKind::kSha256, *whole));
    read.text = *std::move(whole);
    return read;
}

Task<Checked<HashedText>> read_hashed(
    http::BodyReader& body, std::uint64_t bytes_max, HeldBytes::Share& share
) {
    if (body.content_length().value_or(0) > bytes_max) {
        co_return too_large(bytes_max);
    }
    HashedText read;
    Digest sha256(HashKind::kSha256);
    for (;;) {
        auto bytes = co_await body.read_some();
        if (bytes.has_error()) {
            co_return unreadable(bytes.error());
        }
        if (bytes->empty()) {
            break;
        }
        if (bytes->size() > bytes_max - read.text.size()) {
            co_return too_large(bytes_max);
        }
        if (!share.grow(bytes->size())) {
            co_return Refusal(Fault::kBusy, "The bodies of other requests take all the memory.");
        }
        sha256.update(*bytes);
        if (read.text.empty()) {
            read.text = std::move(*bytes);
            read.text.reserve(body.content_length().value_or(0));
        } else {
            read.text += *bytes;
        }
    }
    read.sha256_hex = to_hex(sha256.finish());
    co_return read;
}

}  // namespace lambent::api
