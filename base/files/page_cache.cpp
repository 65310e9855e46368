#include "base/files/page_cache.h"

#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <vector>

namespace lambent {
namespace {

namespace fs = std::filesystem;

std::uint64_t cached_bytes(int fd, std::size_t size) {
    void* const mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) {
        return 0;
    }
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> pages((size + page - 1) / page);
    std::uint64_t bytes = 0;
    if (::mincore(mapped, size, pages.data()) == 0) {
        const auto cached = std::count_if(pages.begin(), pages.end(), [](unsigned char state) {
            return (state & 1U) != 0;
        });
        bytes = std::min<std::uint64_t>(static_cast<std::uint64_t>(cached) * page, size);
    }
    ::munmap(mapped, size);
    return bytes;
}

// Pages belong to the control group of whoever reads them first, and may go with it.
void read_all(int fd) {
    std::array<char, 1U << 16> buffer{};
    while (::read(fd, buffer.data(), buffer.size()) > 0) {
    }
}

CachedBytes change_file(const std::string& path, CacheWish wish) {
    CachedBytes bytes;
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || status.st_size <= 0) {
        return bytes;
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    bytes.size = size;
    bytes.before = cached_bytes(file.get(), size);
    if (wish == CacheWish::kDrop) {
        ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    } else {
        read_all(file.get());
    }
    bytes.after = cached_bytes(file.get(), size);
    return bytes;
}

}  // namespace

CachedBytes& CachedBytes::operator+=(const CachedBytes& other) {
    size += other.size;
    before += other.before;
    after += other.after;
    return *this;
}

CachedBytes change_page_cache(const std::string& path, CacheWish wish) {
    std::error_code failed;
    if (fs::is_regular_file(fs::symlink_status(path, failed))) {
        return change_file(path, wish);
    }
    CachedBytes bytes;
    const auto options = fs::directory_options::skip_permission_denied;
    auto entry = fs::recursive_directory_iterator(path, options, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        std::error_code ignored;
        if (fs::is_regular_file(entry->symlink_status(ignored))) {
            bytes += change_file(entry->path().string(), wish);
        }
    }
    return bytes;
}

}  // namespace lambent
