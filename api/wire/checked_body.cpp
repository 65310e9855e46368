#include "api/wire/checked_body.h"

#include "api/wire/sigv4.h"

#include <utility>

namespace lambent::api {

Task<Result<std::string>> HeldBody::read_some() {
    co_return std::exchange(bytes_, {});
}

Task<Result<std::string>> HashedBody::read_some() {
    LAMBENT_CO_TRY(std::string bytes, co_await below_.read_some());
    if (!bytes.empty()) {
        digest_.update(bytes);
        co_return bytes;
    }
    if (found_hex_.empty()) {
        found_hex_ = to_hex(digest_.finish());
    }
    if (!same_secret(found_hex_, expected_hex_)) {
        co_return Error(
            Code::kInvalidArgument,
            "content_sha256",
            "the body is not what x-amz-content-sha256 says"
        );
    }
    co_return std::string();
}

Task<Result<std::string>> AwsChunkedBody::read_some() {
    if (failure_) {
        co_return *failure_;
    }
    auto decoded = co_await decode_some();
    if (decoded.has_error()) {
        failure_ = decoded.error();
    }
    co_return decoded;
}

Task<Result<std::string>> AwsChunkedBody::decode_some() {
    std::string decoded;
    while (!has_ended_ && decoded.empty()) {
        LAMBENT_CO_TRY(std::string bytes, co_await below_.read_some());
        if (bytes.empty()) {
            co_return Error(
                Code::kInvalidArgument, "body_incomplete", "the body ends before its last chunk"
            );
        }
        LAMBENT_CO_TRY(const std::size_t used, decoder_.feed(bytes, decoded));
        if (decoder_.is_done()) {
            LAMBENT_CO_TRY(co_await expect_end(bytes.size() - used));
            has_ended_ = true;
        }
    }
    co_return decoded;
}

Task<Result<void>> AwsChunkedBody::expect_end(std::size_t unused_bytes) {
    LAMBENT_CO_TRY(const std::string more, co_await below_.read_some());
    if (unused_bytes > 0 || !more.empty()) {
        co_return Error(
            Code::kInvalidArgument, "body_encoding", "bytes follow the last chunk of the body"
        );
    }
    co_return Result<void>();
}

}  // namespace lambent::api
