#pragma once

#include "api/wire/aws_chunked.h"
#include "base/files/content_hash.h"
#include "base/http/message.h"

#include <optional>
#include <string>
#include <utility>

namespace lambent::api {

// A body that has been read already, whole.
class HeldBody final : public http::BodyReader {
  public:
    explicit HeldBody(std::string bytes) : bytes_(std::move(bytes)), size_(bytes_.size()) {}
    Task<Result<std::string>> read_some() override;
    std::optional<std::uint64_t> content_length() const override { return size_; }
    std::optional<std::string> take_whole() override {
        return bytes_.size() == size_ ? std::optional(std::exchange(bytes_, {})) : std::nullopt;
    }

  private:
    std::string bytes_;
    std::uint64_t size_;
};

// Lets a body pass and compares its SHA-256 at the end: kInvalidArgument "content_sha256" instead
// of the end when it is another. Borrows the body below.
class HashedBody final : public http::BodyReader {
  public:
    HashedBody(http::BodyReader& below, std::string expected_hex)
        : below_(below), expected_hex_(std::move(expected_hex)) {}
    Task<Result<std::string>> read_some() override;
    std::optional<std::uint64_t> content_length() const override { return below_.content_length(); }

  private:
    http::BodyReader& below_;
    std::string expected_hex_;
    Digest digest_{HashKind::kSha256};
    std::string found_hex_;  // once the body has ended
};

// Takes the aws-chunked coding off a body. Errors as AwsChunkedDecoder's, instead of the end.
class AwsChunkedBody final : public http::BodyReader {
  public:
    AwsChunkedBody(http::BodyReader& below, AwsChunkedPlan plan)
        : below_(below), size_(plan.decoded_bytes), decoder_(std::move(plan)) {}
    Task<Result<std::string>> read_some() override;
    std::optional<std::uint64_t> content_length() const override { return size_; }

  private:
    Task<Result<std::string>> decode_some();
    Task<Result<void>> expect_end(std::size_t unused_bytes);

    http::BodyReader& below_;
    std::uint64_t size_;
    AwsChunkedDecoder decoder_;
    bool has_ended_ = false;
    std::optional<Error> failure_;  // of an earlier read: a broken body stays broken
};

}  // namespace lambent::api
