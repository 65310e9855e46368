#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace lambent::tests {

// What of one daemon's cells can be found on the machine from outside.
struct Footprint {
    std::size_t processes = 0;  // that run as one of its cells' host users
    std::size_t launchers = 0;
    std::size_t groups = 0;  // directories of control groups, the parents' too
    std::size_t mounts = 0;  // that this process sees and that lie in its state directory
    std::size_t files = 0;   // in its state directory, beside the launcher's lock and mount point

    bool operator==(const Footprint&) const = default;
};

Footprint footprint_of(const std::string& instance, const std::string& state_directory);

// The launcher of that instance; 0 when there is none.
int launcher_of(const std::string& instance);
std::size_t open_descriptors(int pid);
// Waits until the launcher of that instance has ended.
void await_launcher_end(const std::string& instance);

}  // namespace lambent::tests
