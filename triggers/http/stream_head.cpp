#include "triggers/http/stream_head.h"

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::size_t kPreludeBytesMax = 64 * 1024;

}  // namespace

StreamHead::StreamHead(std::string content_type) : content_type_(std::move(content_type)) {}

StreamHead::State StreamHead::feed(std::string bytes) {
    if (content_type_ != kPreludeType) {
        answer_.fields.emplace_back(
            "Content-Type", content_type_.empty() ? "application/octet-stream" : content_type_
        );
        answer_.body = std::move(bytes);
        return State::kWhole;
    }
    const std::string end(kPreludeEndBytes, '\0');
    const std::size_t from = seen_.size() - std::min(seen_.size(), end.size() - 1);
    seen_ += bytes;
    const std::size_t at = seen_.find(end, from);
    if (at == std::string::npos) {
        return seen_.size() > kPreludeBytesMax ? State::kBroken : State::kOpen;
    }
    auto answer = http_prelude(std::string_view(seen_).substr(0, at));
    if (!answer) {
        return State::kBroken;
    }
    answer_ = std::move(*answer);
    answer_.body = seen_.substr(at + end.size());
    return State::kWhole;
}

}  // namespace lambent::triggers
