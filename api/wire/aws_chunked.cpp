#include "api/wire/aws_chunked.h"

#include "api/wire/sigv4.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace lambent::api {
namespace {

using triggers::ChecksumKind;

constexpr std::size_t kLineBytesMax = 1024;
constexpr std::size_t kSizeDigitsMax = 12;
constexpr std::string_view kSignatureExtension = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";
constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";

Error broken(std::string message) {
    return Error(Code::kInvalidArgument, "body_encoding", std::move(message));
}

Error wrong_signature(std::string message) {
    return Error(Code::kUnauthorised, "chunk_signature", std::move(message));
}

ChecksumKind kind_of(std::string_view trailer) {
    if (!trailer.starts_with(kChecksumPrefix)) {
        return ChecksumKind::kNone;
    }
    std::string name(trailer.substr(kChecksumPrefix.size()));
    for (char& c : name) {
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return triggers::checksum_kind(name);
}

std::string_view without_spaces(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\n')) {
        text.remove_suffix(1);
    }
    return text;
}

const std::string& hash_of_nothing() {
    static const std::string kHash = to_hex(digest(HashKind::kSha256, ""));
    return kHash;
}

}  // namespace

AwsChunkedDecoder::AwsChunkedDecoder(AwsChunkedPlan plan)
    : plan_(std::move(plan)), checksum_(kind_of(plan_.trailer)) {
    if (plan_.seal) {
        last_signature_ = plan_.seal->seed_signature;
    }
}

Result<std::size_t> AwsChunkedDecoder::feed(std::string_view bytes, std::string& out) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::kDone) {
        if (state_ == State::kData) {
            used += take_data(bytes.substr(used), out);
            if (left_ == 0) {
                LAMBENT_TRY(end_chunk());
            }
            continue;
        }
        LAMBENT_TRY(take_line_byte(bytes[used]));
        ++used;
    }
    return used;
}

std::size_t AwsChunkedDecoder::take_data(std::string_view bytes, std::string& out) {
    const std::string_view data = bytes.substr(0, left_);
    out.append(data);
    left_ -= data.size();
    if (chunk_digest_) {
        chunk_digest_->update(data);
    }
    checksum_.update(data);
    return data.size();
}

// A line ends in CRLF. (One client puts a line feed before it behind a trailer; it is trimmed.)
Result<void> AwsChunkedDecoder::take_line_byte(char c) {
    if (c != '\n' || !line_.ends_with('\r')) {
        if (line_.size() >= kLineBytesMax) {
            return broken("a line of the chunk framing is too long");
        }
        line_ += c;
        return {};
    }
    line_.pop_back();
    Result<void> ended;
    if (state_ == State::kSizeLine) {
        ended = end_size_line();
    } else if (state_ == State::kDataEnd) {
        ended = line_.empty() ? Result<void>() : broken("a chunk is longer than its size");
        state_ = State::kSizeLine;
    } else {
        ended = end_trailer_line();
    }
    line_.clear();
    return ended;
}

// "10000;chunk-signature=<hex>", or the number alone.
Result<void> AwsChunkedDecoder::end_size_line() {
    const std::string_view line = line_;
    const std::size_t semicolon = std::min(line.find(';'), line.size());
    const std::string_view digits = line.substr(0, semicolon);
    const char* const last = digits.data() + digits.size();
    const auto [end, failed] = std::from_chars(digits.data(), last, left_, 16);
    if (failed != std::errc() || end != last || digits.size() > kSizeDigitsMax) {
        return broken("a chunk has no readable size");
    }
    if (left_ > plan_.decoded_bytes - decoded_) {
        return Error(
            Code::kInvalidArgument,
            "body_incomplete",
            "the body is longer than x-amz-decoded-content-length says"
        );
    }
    const std::string_view extension = line.substr(std::min(semicolon + 1, line.size()));
    const bool has_signature = extension.starts_with(kSignatureExtension);
    if (has_signature != plan_.is_signed || (!has_signature && semicolon != line.size())) {
        return broken("a chunk is signed, or not, other than the request says");
    }
    chunk_signature_ = has_signature ? extension.substr(kSignatureExtension.size()) : "";
    decoded_ += left_;
    is_last_chunk_ = left_ == 0;
    if (plan_.seal && plan_.is_signed) {
        chunk_digest_.emplace(HashKind::kSha256);
    }
    if (is_last_chunk_) {
        return end_chunk();
    }
    state_ = State::kData;
    return {};
}

Result<void> AwsChunkedDecoder::end_chunk() {
    state_ = is_last_chunk_ ? State::kTrailerLine : State::kDataEnd;
    return check_chunk_signature();
}

std::string AwsChunkedDecoder::chunk_text(std::string_view kind, std::string_view hashes) const {
    std::string text(kind);
    text.append("\n").append(plan_.seal->amz_time);
    text.append("\n").append(plan_.seal->scope.text());
    text.append("\n").append(last_signature_);
    return text.append("\n").append(hashes);
}

Result<void> AwsChunkedDecoder::check_chunk_signature() {
    if (!chunk_digest_) {
        return {};
    }
    const std::string hashes = hash_of_nothing() + "\n" + to_hex(chunk_digest_->finish());
    const std::string text = chunk_text("AWS4-HMAC-SHA256-PAYLOAD", hashes);
    const std::string expected = sign(plan_.seal->signing_key, text);
    if (!same_secret(expected, chunk_signature_)) {
        return wrong_signature("the signature of a chunk is not that of its bytes");
    }
    last_signature_ = expected;
    return {};
}

Result<void> AwsChunkedDecoder::end_trailer_line() {
    if (line_.empty()) {
        return end_body();
    }
    const std::string_view line = line_;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        return broken("a trailer has no colon");
    }
    std::string name(without_spaces(line.substr(0, colon)));
    for (char& c : name) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    const std::string_view value = without_spaces(line.substr(colon + 1));
    std::string* into = nullptr;
    if (!plan_.trailer.empty() && name == plan_.trailer) {
        into = &trailer_value_;
    } else if (plan_.is_signed && !plan_.trailer.empty() && name == kTrailerSignature) {
        into = &trailer_signature_;
    }
    if (into == nullptr || !into->empty() || value.empty()) {
        return broken("a trailer is not the one that was announced");
    }
    *into = value;
    return {};
}

Result<void> AwsChunkedDecoder::end_body() {
    if (decoded_ != plan_.decoded_bytes) {
        return Error(
            Code::kInvalidArgument,
            "body_incomplete",
            "the body is shorter than x-amz-decoded-content-length says"
        );
    }
    LAMBENT_TRY(check_trailer_signature());
    if (!plan_.trailer.empty() && trailer_value_ != to_base64(checksum_.finish())) {
        return Error(
            Code::kInvalidArgument,
            "trailer_checksum",
            "the value of " + plan_.trailer + " is not that of the body"
        );
    }
    state_ = State::kDone;
    return {};
}

Result<void> AwsChunkedDecoder::check_trailer_signature() const {
    if (!plan_.seal || !plan_.is_signed || plan_.trailer.empty()) {
        return {};
    }
    const std::string trailers = plan_.trailer + ":" + trailer_value_ + "\n";
    const std::string hash = to_hex(digest(HashKind::kSha256, trailers));
    const std::string text = chunk_text("AWS4-HMAC-SHA256-TRAILER", hash);
    if (!same_secret(sign(plan_.seal->signing_key, text), trailer_signature_)) {
        return wrong_signature("the signature of the trailer is not that of the trailer");
    }
    return {};
}

}  // namespace lambent::api
