#pragma once

#include "app/cli/demo/jpeg.h"
#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace lambent::cli {

struct Photograph {
    std::string name;  // the file's own, and the object's key
    std::string bytes;
    ImageSize size;
};

// Debian's mate-backgrounds has twelve photographs of nature here.
inline constexpr char kDefaultPhotographs[] = "/usr/share/backgrounds/mate/nature";

// The JPEGs of a folder, by name. kInvalidArgument with what to do when there are fewer than
// `at_least`.
Result<std::vector<Photograph>> load_photographs(
    const std::filesystem::path& folder, std::size_t at_least
);

std::uint64_t total_bytes(const std::vector<Photograph>& photographs);

}  // namespace lambent::cli
