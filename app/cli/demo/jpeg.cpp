#include "app/cli/demo/jpeg.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace lambent::cli {
namespace {

constexpr unsigned kStart = 0xd8;
constexpr unsigned kEnd = 0xd9;
constexpr unsigned kScan = 0xda;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

unsigned word_at(std::string_view bytes, std::size_t at) {
    return byte_at(bytes, at) << 8U | byte_at(bytes, at + 1);
}

// Markers that stand alone, without a length behind them.
bool stands_alone(unsigned marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

// Frame headers are SOF0 to SOF15 without DHT, JPG and DAC, which share their range.
bool is_frame_header(unsigned marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

bool scaled(double width, double height, const ImageSize& thumb, int to_width) {
    const double expected = height * to_width / width;
    return std::abs(expected - thumb.height) <= 1.0;
}

}  // namespace

std::optional<ImageSize> jpeg_size(std::string_view bytes) {
    if (bytes.size() < 4 || word_at(bytes, 0) != (0xff00U | kStart)) {
        return std::nullopt;
    }
    while (!bytes.empty() && bytes.back() == '\0') {
        bytes.remove_suffix(1);  // some cameras pad
    }
    if (bytes.size() < 4 || word_at(bytes, bytes.size() - 2) != (0xff00U | kEnd)) {
        return std::nullopt;
    }
    std::optional<ImageSize> size;
    for (std::size_t at = 2; at + 4 <= bytes.size();) {
        if (byte_at(bytes, at) != 0xff) {
            return std::nullopt;
        }
        const unsigned marker = byte_at(bytes, at + 1);
        if (marker == 0xff || stands_alone(marker)) {
            at += marker == 0xff ? 1 : 2;
            continue;
        }
        if (marker == kScan || marker == kEnd) {
            return marker == kScan ? size : std::nullopt;
        }
        if (is_frame_header(marker) && at + 9 <= bytes.size()) {
            size = ImageSize{
                static_cast<int>(word_at(bytes, at + 7)), static_cast<int>(word_at(bytes, at + 5))};
        }
        at += 2 + word_at(bytes, at + 2);
    }
    return std::nullopt;
}

bool is_scaled_to_width(const ImageSize& photo, const ImageSize& thumb, int width) {
    if (thumb.width != width || photo.width <= 0 || photo.height <= 0) {
        return false;
    }
    return scaled(photo.width, photo.height, thumb, width) ||
           scaled(photo.height, photo.width, thumb, width);
}

}  // namespace lambent::cli
