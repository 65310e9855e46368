#pragma once

#include <fstream>
#include <iterator>
#include <string>

namespace lambent::tests {

// All bytes of an open file, whatever its offset is and whether or not it still has a name.
inline std::string read_descriptor(int fd) {
    std::ifstream file("/proc/self/fd/" + std::to_string(fd), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace lambent::tests
