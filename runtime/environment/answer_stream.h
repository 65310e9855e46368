#pragma once

#include "runtime/environment/response_sink.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace lambent::runtime {

// Lambda's limit on a streamed response (lambda-facts section 2).
inline constexpr std::uint64_t kStreamBytesMax = 200ULL << 20;

// One streamed answer on its way from a wire into its sink: counts what passes. Owned by the wire.
class AnswerStream {
  public:
    // The sink is shared with who reads; see ResponseSink.
    AnswerStream(std::shared_ptr<ResponseSink> sink, std::string content_type)
        : sink_(std::move(sink)) {
        sink_->begin(std::move(content_type));
    }

    // False, and nothing passes, once it is more than Lambda allows.
    bool write(std::string bytes) {
        passed_ += bytes.size();
        if (passed_ > kStreamBytesMax) {
            return false;
        }
        if (!bytes.empty()) {
            sink_->write(std::move(bytes));
        }
        return true;
    }
    bool is_full() const { return sink_->is_full(); }
    const std::shared_ptr<ResponseSink>& sink() const { return sink_; }

  private:
    std::shared_ptr<ResponseSink> sink_;
    std::uint64_t passed_ = 0;
};

}  // namespace lambent::runtime
