#pragma once

#include <optional>
#include <string_view>

namespace lambent::cli {

struct ImageSize {
    int width = 0;
    int height = 0;
    friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

// The size that a JPEG's own frame header states; nothing when the bytes are not a whole JPEG
// (start, frame header, scan and end in place).
std::optional<ImageSize> jpeg_size(std::string_view bytes);

// Whether `thumb` is `photo` scaled to `width` with its aspect kept, a pixel of rounding allowed.
// A photograph that a camera stored lying on its side may have been set upright.
bool is_scaled_to_width(const ImageSize& photo, const ImageSize& thumb, int width);

}  // namespace lambent::cli
