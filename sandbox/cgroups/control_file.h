#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <array>
#include <string>
#include <string_view>

namespace lambent::sandbox {

// Whole small kernel files (cgroupfs, procfs) read and written through a descriptor in one call:
// what libcgroup offers only together with dozens of other files, or not at all.
Result<UniqueFd> open_control(int directory, const char* name, int flags);
// None when the kernel does not have it.
Result<UniqueFd> open_if_there(int directory, const char* name, int flags);
Result<std::string> read_control(int file, std::string_view name);
// The same of a file that has one short line: it is not asked whether there is more, for which the
// kernel would make the line again.
using LineRoom = std::array<char, 64>;
Result<std::string_view> read_line(int file, LineRoom& room, std::string_view name);
Result<void> write_control(int file, std::string_view text, std::string_view name);
Result<void> write_control_at(int directory, const char* name, std::string_view text);
Result<std::string> read_control_at(int directory, const char* name);

}  // namespace lambent::sandbox
