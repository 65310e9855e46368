#include "base/sql/sqlite_log.h"

#include "base/files/durable_file.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lambent::sql {
namespace {

// The format is SQLite's "WAL-mode file format" document, sections 1 and 2.
constexpr std::size_t kLogHeadBytes = 32;
constexpr std::size_t kFrameHeadBytes = 24;
constexpr std::uint32_t kMagicLittle = 0x377F0682;  // checksums over little-endian words
constexpr std::uint32_t kMagicBig = 0x377F0683;
constexpr std::uint32_t kVersion = 3'007'000;

std::uint32_t big(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

std::uint32_t little(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
        value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

void put_big(std::string& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[at + i] = static_cast<char>(value >> (24 - 8 * i));
    }
}

struct Sum {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    friend bool operator==(const Sum&, const Sum&) = default;
};

Sum add_up(Sum sum, std::string_view bytes, bool is_big) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
        sum.first += (is_big ? big(bytes, at) : little(bytes, at)) + sum.second;
        sum.second += (is_big ? big(bytes, at + 4) : little(bytes, at + 4)) + sum.first;
    }
    return sum;
}

// A whole log in memory: our own checkpoints keep it to some megabytes.
class Log {
  public:
    explicit Log(std::string_view bytes) : bytes_(bytes) {}

    // Page size and byte order; false when even these cannot be read.
    bool read_shape() {
        const std::uint32_t magic = big(bytes_, 0);
        page_bytes_ = big(bytes_, 8);
        is_big_ = magic == kMagicBig;
        const bool power_of_two = (page_bytes_ & (page_bytes_ - 1)) == 0;
        return (magic == kMagicBig || magic == kMagicLittle) && big(bytes_, 4) == kVersion &&
               page_bytes_ >= 512 && page_bytes_ <= 65'536 && power_of_two;
    }

    std::size_t frames() const {
        return (bytes_.size() - kLogHeadBytes) / (kFrameHeadBytes + page_bytes_);
    }
    std::string_view frame(std::size_t index) const {
        const std::size_t size = kFrameHeadBytes + page_bytes_;
        return bytes_.substr(kLogHeadBytes + index * size, size);
    }
    bool same_salts(std::size_t index) const {
        return frame(index).substr(8, 8) == bytes_.substr(16, 8);
    }
    bool is_commit(std::size_t index) const { return big(frame(index), 4) != 0; }

    Sum header_sum() const { return add_up({}, bytes_.substr(0, 24), is_big_); }
    bool header_is_sound() const { return header_sum() == Sum{big(bytes_, 24), big(bytes_, 28)}; }
    // The sum after this frame, given the one before it.
    Sum frame_sum(std::size_t index, Sum before) const {
        const Sum head = add_up(before, frame(index).substr(0, 8), is_big_);
        return add_up(head, frame(index).substr(kFrameHeadBytes), is_big_);
    }
    Sum stored_sum(std::size_t index) const {
        return {big(frame(index), 16), big(frame(index), 20)};
    }

    // The first frame that does not follow from those before it.
    std::size_t first_unsound() const {
        Sum sum = header_sum();
        for (std::size_t index = 0; index < frames(); ++index) {
            sum = frame_sum(index, sum);
            if (!same_salts(index) || sum != stored_sum(index)) {
                return index;
            }
        }
        return frames();
    }

  private:
    std::string_view bytes_;
    std::size_t page_bytes_ = 0;
    bool is_big_ = false;
};

// Whether the first frame was written under this header with some of it changed since. The header
// is synced before any frame is written, so a torn one has only frames of an older log behind it.
bool first_frame_knows_better(std::string bytes, std::size_t database_page_bytes) {
    put_big(bytes, 4, kVersion);
    put_big(bytes, 8, static_cast<std::uint32_t>(database_page_bytes));
    bytes.replace(16, 8, bytes.substr(kLogHeadBytes + 8, 8));
    const std::uint32_t stored_count = big(bytes, 12);
    for (const std::uint32_t magic : {kMagicLittle, kMagicBig}) {
        put_big(bytes, 0, magic);
        for (int bit = -1; bit < 32; ++bit) {
            put_big(bytes, 12, bit < 0 ? stored_count : stored_count ^ (1U << bit));
            Log rebuilt(bytes);
            if (rebuilt.read_shape() && rebuilt.frames() > 0 && rebuilt.first_unsound() > 0) {
                return true;
            }
        }
    }
    return false;
}

Error damaged(const std::string& path) {
    return Error(
        Code::kCorrupted,
        "database",
        "the log " + path +
            " of the database is damaged before its end, and acknowledged rows with it; it is left "
            "as it is: restore both files from a copy"
    );
}

}  // namespace

Result<void> check_log(const std::string& path) {
    LAMBENT_TRY(const std::string bytes, read_file(path));
    constexpr std::size_t kPageBytes = 4096;  // what our databases are made with
    if (bytes.size() < kLogHeadBytes + kFrameHeadBytes + kPageBytes) {
        return {};
    }
    Log log(bytes);
    if (!log.read_shape() || !log.header_is_sound()) {
        return first_frame_knows_better(bytes, kPageBytes) ? damaged(path) : Result<void>();
    }
    // One commit may be that of the torn transaction itself. Frames without one may be left from a
    // transaction that was rolled back after it had outgrown the cache.
    int commits = 0;
    for (std::size_t index = log.first_unsound(); index < log.frames(); ++index) {
        commits += log.same_salts(index) && log.is_commit(index) ? 1 : 0;
    }
    if (commits > 1) {
        return damaged(path);
    }
    return {};
}

}  // namespace lambent::sql
