#pragma once

#include <cstdint>
#include <utility>

namespace lambent::api {

// How many bytes of request bodies are in memory at once, over all requests: ten thousand
// connections with 6 MB each would be more than a machine has. Outlives its shares. Event loop's
// thread only.
class HeldBytes {
  public:
    explicit HeldBytes(std::uint64_t bytes_max) : left_(bytes_max) {}
    HeldBytes(const HeldBytes&) = delete;
    HeldBytes& operator=(const HeldBytes&) = delete;

    // What one request holds; given back when it is destroyed. Move-only.
    class Share {
      public:
        explicit Share(HeldBytes& whole) : whole_(&whole) {}
        Share(Share&& other) noexcept
            : whole_(other.whole_), bytes_(std::exchange(other.bytes_, 0)) {}
        Share& operator=(Share&&) = delete;
        ~Share() { whole_->left_ += bytes_; }

        std::uint64_t room() const { return whole_->left_; }
        // False when that is more than there is left.
        [[nodiscard]] bool grow(std::uint64_t bytes) {
            if (bytes > whole_->left_) {
                return false;
            }
            whole_->left_ -= bytes;
            bytes_ += bytes;
            return true;
        }

      private:
        HeldBytes* whole_;
        std::uint64_t bytes_ = 0;
    };

    std::uint64_t left() const { return left_; }

  private:
    std::uint64_t left_;
};

}  // namespace lambent::api
