#pragma once

#include <cstddef>
#include <string>

namespace lambent {

// A random (version 4) UUID in lower case, as AWS request ids and revision ids are. Any thread.
std::string random_uuid();

// `bytes` random bytes from the kernel as 2 * bytes lower-case hex digits. Any thread.
std::string random_hex(std::size_t bytes);

// `length` characters of A-Z, a-z, 0-9, + and /, as AWS secret keys look. Any thread.
std::string random_secret(std::size_t length);

}  // namespace lambent
