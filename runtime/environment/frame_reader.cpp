#include "runtime/environment/frame_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lambent::runtime {
namespace {

// Holds one head and its text, and most whole frames.
constexpr std::size_t kBufferBytes = 16 * 1024;
constexpr std::size_t kPieceBytes = 256 * 1024;
static_assert(kBufferBytes >= kFrameHeadBytes + kGuestTextBytesMax);

}  // namespace

FrameReader::FrameReader() : buffer_(new char[kBufferBytes]) {}

std::span<char> FrameReader::space() {
    direct_ = part_ == Part::kPayload && !discarded_ && payload_left_ >= kBufferBytes;
    if (direct_) {
        const std::size_t had = payload_.size();
        payload_.reserve(head_.payload_bytes);
        payload_.resize(had + std::min(payload_left_, kPieceBytes));
        return std::span(payload_).subspan(had);
    }
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, unread());
        end_ -= std::exchange(begin_, 0);
    }
    return {buffer_.get() + end_, kBufferBytes - end_};
}

void FrameReader::filled(std::size_t bytes) {
    if (!direct_) {
        end_ += bytes;
        return;
    }
    direct_ = false;
    payload_.resize(head_.payload_bytes - payload_left_ + bytes);
    payload_left_ -= bytes;
}

FrameReader::Step FrameReader::step() {
    if (part_ == Part::kHead) {
        if (unread() < kFrameHeadBytes) {
            return Step::kStarved;
        }
        const auto head = decode_from_guest(take(kFrameHeadBytes));
        if (!head) {
            return Step::kMalformed;
        }
        head_ = *head;
        payload_.clear();
        payload_left_ = head_.payload_bytes;
        discarded_ = false;
        part_ = Part::kText;
    }
    if (part_ == Part::kText) {
        if (unread() < head_.text_bytes) {
            return Step::kStarved;
        }
        text_ = take(head_.text_bytes);
        part_ = Part::kPayload;
        return Step::kBegun;
    }
    return take_payload_bytes();
}

FrameReader::Step FrameReader::take_payload_bytes() {
    const std::string_view bytes = take(std::min(unread(), payload_left_));
    payload_left_ -= bytes.size();
    if (!discarded_ && !bytes.empty()) {
        if (payload_.empty()) {
            payload_.reserve(head_.payload_bytes);
        }
        payload_.append(bytes);
    }
    if (payload_left_ > 0) {
        return Step::kStarved;
    }
    part_ = Part::kHead;
    return Step::kWhole;
}

std::string_view FrameReader::take(std::size_t bytes) {
    const std::string_view taken(buffer_.get() + begin_, bytes);
    begin_ += bytes;
    return taken;
}

std::string FrameReader::take_payload() {
    return std::exchange(payload_, std::string());
}

}  // namespace lambent::runtime
