#pragma once

#include "base/http/message.h"

#include <string>
#include <utility>

namespace lambent::tests {

// A request body that is there already. Error kTooLarge and framing are the real reader's affair,
// except that read_all's limit works as it does for everybody.
class FixedBody final : public http::BodyReader {
  public:
    explicit FixedBody(std::string bytes) : bytes_(std::move(bytes)), length_(bytes_.size()) {}

    Task<Result<std::string>> read_some() override { co_return std::exchange(bytes_, {}); }
    std::optional<std::uint64_t> content_length() const override { return length_; }

  private:
    std::string bytes_;
    std::uint64_t length_;
};

}  // namespace lambent::tests
