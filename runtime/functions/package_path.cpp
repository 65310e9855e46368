#include "runtime/functions/package_path.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace lambent::runtime {
namespace {

constexpr std::size_t kPathBytesMax = 1024;  // leaves room for /var/task and the store's directory
constexpr std::size_t kNameBytesMax = 255;

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, slash);
        if (!part.empty() && part != ".") {
            parts.emplace_back(part);
        }
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return parts;
}

bool has_control_character(std::string_view name) {
    return std::any_of(name.begin(), name.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7F;
    });
}

bool has_drive_letter(std::string_view name) {
    return name.size() >= 2 && name[1] == ':' &&
           std::isalpha(static_cast<unsigned char>(name[0])) != 0;
}

Error refused(std::string_view why) {
    return Error(Code::kInvalidArgument, "zip", std::string(why));
}

}  // namespace

Result<std::vector<std::string>> package_path(std::string_view name) {
    if (name.empty()) {
        return refused("an entry has no name");
    }
    if (name.size() > kPathBytesMax) {
        return refused("an entry's name is longer than 1024 bytes");
    }
    if (has_control_character(name)) {
        return refused("an entry's name has a control character");
    }
    if (name.front() == '/' || has_drive_letter(name)) {
        return refused("the entry " + std::string(name) + " has an absolute name");
    }
    if (name.find('\\') != std::string_view::npos) {
        return refused("the entry " + std::string(name) + " has a backslash in its name");
    }
    std::vector<std::string> parts = split(name);
    for (const std::string& part : parts) {
        if (part == "..") {
            return refused("the entry " + std::string(name) + " leaves the package");
        }
        if (part.size() > kNameBytesMax) {
            return refused("a part of an entry's name is longer than 255 bytes");
        }
    }
    return parts;
}

bool link_stays_inside(const std::vector<std::string>& place, std::string_view target) {
    if (target.empty() || target.front() == '/' || target.size() > kPathBytesMax) {
        return false;
    }
    std::size_t depth = place.size();
    for (const std::string& part : split(target)) {
        if (part != "..") {
            ++depth;
        } else if (depth == 0) {
            return false;
        } else {
            --depth;
        }
    }
    return true;
}

}  // namespace lambent::runtime
