#include "app/daemon/stored_package.h"

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

namespace lambent::app {
namespace {

constexpr std::uint64_t kPackageBytesMax = 250ULL << 20;

Result<std::string> read_whole(const triggers::ObjectHandle& object) {
    std::string bytes(object.info.size, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::pread(
            object.file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done)
        );
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return Error(Code::kCorrupted, "object", "the stored object is shorter than its row");
        }
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace

Task<Result<std::string>> read_stored_package(
    triggers::ObjectStore& objects, WorkerPool& workers, std::string bucket, std::string key
) {
    const triggers::ObjectPath path{std::move(bucket), std::move(key)};
    LAMBENT_CO_TRY(triggers::ObjectHandle opened, co_await objects.open(path));
    if (opened.info.size > kPackageBytesMax) {
        co_return Error(Code::kTooLarge, "zip", "the package is larger than 250 MB");
    }
    // Shared with the job, which must be copyable.
    auto object = std::make_shared<triggers::ObjectHandle>(std::move(opened));
    auto read = [object] {
        return read_whole(*object);
    };
    co_return co_await offload(workers, read);
}

}  // namespace lambent::app
