#pragma once

#include <cstdint>
#include <string>

namespace lambent {

struct CachedBytes {
    std::uint64_t size = 0;  // of the files
    std::uint64_t before = 0;
    std::uint64_t after = 0;  // what is mapped somewhere stays when dropped

    CachedBytes& operator+=(const CachedBytes& other);
};

enum class CacheWish { kDrop, kFill };

// Asks the kernel to forget what it caches of a file, or of every regular file below a directory
// (links are not followed), or reads them all, and says how much it held before and after. Files
// that cannot be opened count for nothing. The sizes are true only for files that the process owns
// or may write; of others the kernel tells nobody. Blocking.
CachedBytes change_page_cache(const std::string& path, CacheWish wish);

}  // namespace lambent
