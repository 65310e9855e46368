#include "app/cli/demo/photographs.h"

#include "app/cli/terminal/format.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

namespace lambent::cli {
namespace {
namespace fs = std::filesystem;

bool is_jpeg_name(const fs::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return extension == ".jpg" || extension == ".jpeg";
}

Error too_few(const fs::path& folder, std::size_t found, std::size_t at_least) {
    const bool standard = folder == kDefaultPhotographs;
    const std::string advice =
        standard ? "apt-get install mate-backgrounds, or give a folder of your own: "
                   "lambent demo --photos DIR"
                 : "give a folder with more of them";
    return Error(
        Code::kInvalidArgument,
        "photographs",
        folder.string() + " has " + count_of(found, "JPEG") + ", the demo wants " +
            std::to_string(at_least) + " — " + advice
    );
}

}  // namespace

Result<std::vector<Photograph>> load_photographs(const fs::path& folder, std::size_t at_least) {
    std::vector<Photograph> photographs;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(folder, failure)) {
        if (!entry.is_regular_file() || !is_jpeg_name(entry.path())) {
            continue;
        }
        std::ifstream file(entry.path(), std::ios::binary);
        Photograph photograph;
        photograph.name = entry.path().filename().string();
        photograph.bytes.assign(std::istreambuf_iterator<char>(file), {});
        if (const auto size = jpeg_size(photograph.bytes)) {
            photograph.size = *size;
            photographs.push_back(std::move(photograph));
        }
    }
    if (photographs.size() < at_least) {
        return too_few(folder, photographs.size(), at_least);
    }
    std::sort(photographs.begin(), photographs.end(), [](const auto& a, const auto& b) {
        return a.name < b.name;
    });
    return photographs;
}

std::uint64_t total_bytes(const std::vector<Photograph>& photographs) {
    std::uint64_t total = 0;
    for (const Photograph& photograph : photographs) {
        total += photograph.bytes.size();
    }
    return total;
}

}  // namespace lambent::cli
