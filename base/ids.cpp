#include "base/ids.h"

#include "base/result.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <vector>

namespace lambent {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void ask_kernel(unsigned char* into, std::size_t size) {
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = ::getrandom(into + filled, size - filled, 0);
        LAMBENT_ASSERT(got > 0 || errno == EINTR);
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
}

// Bytes for ids, which the kernel is asked for many at a time: every call needs some. Those that
// were given out are wiped, so that memory never tells an id of the past. No process forks with
// one.
class RandomStock {
  public:
    void fill(unsigned char* into, std::size_t size) {
        if (size > bytes_.size()) {
            return ask_kernel(into, size);
        }
        if (size > bytes_.size() - used_) {
            ask_kernel(bytes_.data(), bytes_.size());
            used_ = 0;
        }
        const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(used_);
        const auto to = from + static_cast<std::ptrdiff_t>(size);
        std::copy(from, to, into);
        std::fill(from, to, static_cast<unsigned char>(0));
        used_ += size;
    }

  private:
    std::array<unsigned char, 1024> bytes_{};
    std::size_t used_ = bytes_.size();
};

void fill_random(unsigned char* into, std::size_t size) {
    thread_local RandomStock stock;
    stock.fill(into, size);
}

}  // namespace

std::string random_uuid() {
    std::array<unsigned char, 16> raw{};
    fill_random(raw.data(), raw.size());
    raw[6] = static_cast<unsigned char>((raw[6] & 0x0F) | 0x40);  // version 4
    raw[8] = static_cast<unsigned char>((raw[8] & 0x3F) | 0x80);  // variant 1
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text += '-';
        }
        text += kHexDigits[raw[i] >> 4];
        text += kHexDigits[raw[i] & 0x0F];
    }
    return text;
}

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> raw(bytes);
    fill_random(raw.data(), raw.size());
    std::string text;
    text.reserve(2 * bytes);
    for (const unsigned char byte : raw) {
        text += kHexDigits[byte >> 4];
        text += kHexDigits[byte & 0x0F];
    }
    return text;
}

std::string random_secret(std::size_t length) {
    constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<unsigned char> raw(length);
    ask_kernel(raw.data(), raw.size());
    std::string text;
    text.reserve(length);
    for (const unsigned char byte : raw) {
        text += kAlphabet[byte % 64];
    }
    return text;
}

}  // namespace lambent
