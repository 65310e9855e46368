#pragma once

#include <string>
#include <vector>

namespace lambent::tests {

// Watches the calls by which this program brings files to disk, in order, and makes one of them
// fail. Works by standing in front of the C library's functions in the program it is linked into;
// passes everything on while no object of this class lives. One thread at a time.
class DiskCalls {
  public:
    DiskCalls();
    ~DiskCalls();
    DiskCalls(const DiskCalls&) = delete;
    DiskCalls& operator=(const DiskCalls&) = delete;

    // "fdatasync file", "rename NAME", "fsync NAME", "syncfs disk"; names without their paths.
    std::vector<std::string> seen() const;
    // Each call of that name fails with this errno from now on.
    void fail(std::string call, int error_number);
};

}  // namespace lambent::tests
