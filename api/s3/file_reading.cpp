#include "api/s3/file_reading.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr std::uint64_t kPieceBytes = 512UL * 1024;

Result<std::string> read_at(const UniqueFd& file, std::uint64_t offset, std::size_t length) {
    std::string bytes(length, '\0');
    ssize_t got = 0;
    do {
        got = ::pread(file.get(), bytes.data(), length, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return errno_error("read an object", errno);
    }
    if (got == 0) {
        return Error(Code::kCorrupted, "blob", "the file of the object ends too early");
    }
    bytes.resize(static_cast<std::size_t>(got));
    return bytes;
}

}  // namespace

Task<Result<std::string>> FileReading::next() {
    const auto length = static_cast<std::size_t>(std::min(left_, kPieceBytes));
    auto job = [file = file_, offset = offset_, length] {
        return read_at(*file, offset, length);
    };
    LAMBENT_CO_TRY(std::string bytes, co_await offload(workers_, std::move(job)));
    offset_ += bytes.size();
    left_ -= bytes.size();
    co_return bytes;
}

}  // namespace lambent::api::s3
