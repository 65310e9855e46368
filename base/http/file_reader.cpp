#include "base/http/file_reader.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace lambent::http {

Task<Result<std::size_t>> FileReader::read_at(
    const UniqueFd& file, std::uint64_t offset, std::string& into
) {
    const auto at = static_cast<off_t>(offset);
    iovec whole{into.data(), into.size()};
    const ssize_t cached = ::preadv2(file.get(), &whole, 1, at, RWF_NOWAIT);
    if (cached >= 0) {
        co_return static_cast<std::size_t>(cached);
    }
    if (thread_ == nullptr) {
        thread_ = std::make_unique<WorkerPool>(1);
    }
    auto read = [&file, &into, at]() -> Result<std::size_t> {
        ssize_t bytes = 0;
        do {
            bytes = ::pread(file.get(), into.data(), into.size(), at);
        } while (bytes < 0 && errno == EINTR);
        if (bytes < 0) {
            return errno_error("pread", errno);
        }
        return static_cast<std::size_t>(bytes);
    };
    co_return co_await offload(*thread_, std::move(read));
}

}  // namespace lambent::http
