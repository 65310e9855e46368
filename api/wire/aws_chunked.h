#pragma once

#include "api/wire/signature_verifier.h"
#include "base/files/content_hash.h"
#include "base/result.h"
#include "triggers/objects/checksum.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lambent::api {

// What a request says about its aws-chunked body.
struct AwsChunkedPlan {
    std::uint64_t decoded_bytes = 0;  // x-amz-decoded-content-length
    std::string trailer;              // "x-amz-checksum-crc32", lower-case; empty for none
    bool is_signed = false;           // every chunk, and the trailer if there is one
    std::optional<ChunkSeal> seal;    // nothing when signatures are not checked (--auth none)
};

// The aws-chunked coding of S3, byte by byte and without I/O: pieces with a signature each, and a
// checksum behind them. Bytes come out as they come in; that they were right is known at the end
// of their chunk and of the body, so nobody may act on them before is_done().
// Errors: kUnauthorised "chunk_signature"; kInvalidArgument "body_encoding", "body_incomplete" or
// "trailer_checksum".
class AwsChunkedDecoder {
  public:
    explicit AwsChunkedDecoder(AwsChunkedPlan plan);

    // Decodes from the front of `bytes`, appends to `out`, says how many bytes it used: all of
    // them, unless the body has ended.
    Result<std::size_t> feed(std::string_view bytes, std::string& out);
    bool is_done() const { return state_ == State::kDone; }

  private:
    enum class State { kSizeLine, kData, kDataEnd, kTrailerLine, kDone };

    std::size_t take_data(std::string_view bytes, std::string& out);
    Result<void> take_line_byte(char c);
    Result<void> end_size_line();
    Result<void> end_chunk();
    Result<void> end_trailer_line();
    Result<void> end_body();
    Result<void> check_chunk_signature();
    Result<void> check_trailer_signature() const;
    std::string chunk_text(std::string_view kind, std::string_view hashes) const;

    AwsChunkedPlan plan_;
    State state_ = State::kSizeLine;
    std::string line_;             // of the framing, so far
    std::uint64_t left_ = 0;       // of the chunk
    std::uint64_t decoded_ = 0;    // of the body
    std::string chunk_signature_;  // what the chunk's line claims
    std::string last_signature_;   // what the next one builds on
    std::optional<Digest> chunk_digest_;
    triggers::Checksum checksum_;
    std::string trailer_value_;
    std::string trailer_signature_;
    bool is_last_chunk_ = false;
};

}  // namespace lambent::api
