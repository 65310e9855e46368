#include "base/sql/sqlite_file.h"

#include "base/files/durable_file.h"
#include "base/files/own_entry.h"
#include "base/sql/sqlite_error.h"
#include "base/unique_fd.h"

#include <sqlite3.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>

namespace lambent::sql {
namespace {

// "lamb", in the header's application id: this file is ours and was once complete.
constexpr std::uint32_t kApplicationId = 0x6C616D62;
constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMagic("SQLite format 3\0", 16);

constexpr char kFirstStatements[] =
    "PRAGMA application_id = 1818324322;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "CREATE TABLE lambent_migration("
    "room TEXT NOT NULL, number INTEGER NOT NULL, applied_ms INTEGER NOT NULL,"
    "PRIMARY KEY (room, number));";
static_assert(kApplicationId == 1818324322);

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Result<void> fill_new(const std::string& path) {
    sqlite3* raw = nullptr;
    const int opened = ::sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
    const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection(raw, ::sqlite3_close);
    if (opened != SQLITE_OK) {
        return sqlite_error(raw, opened, "cannot create " + path);
    }
    const int done = ::sqlite3_exec(raw, kFirstStatements, nullptr, nullptr, nullptr);
    if (done != SQLITE_OK) {
        return sqlite_error(raw, done, "cannot create " + path);
    }
    return {};
}

Result<void> sync_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file || ::fsync(file.get()) != 0) {
        return errno_error("cannot sync " + path, errno);
    }
    return {};
}

// Complete under another name first: a crash while creating leaves nothing under the real one.
Result<void> create(const std::string& path) {
    const std::string temporary = path + ".new";
    for (const char* suffix : {"", "-wal", "-shm"}) {
        ::unlink((temporary + suffix).c_str());
    }
    const UniqueFd made(
        ::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
    );
    if (!made) {
        return errno_error("cannot create " + temporary, errno);
    }
    LAMBENT_TRY(fill_new(temporary));
    LAMBENT_TRY(sync_file(temporary));
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        return errno_error("cannot rename " + temporary, errno);
    }
    return sync_directory(directory_of(path));
}

Error corrupted(const std::string& path, const std::string& how) {
    return Error(
        Code::kCorrupted,
        "database",
        "the database " + path + " " + how +
            "; it is left as it is: restore it from a copy, or move it away to start anew"
    );
}

std::uint32_t big_endian(const unsigned char* bytes) {
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
           (std::uint32_t{bytes[2]} << 8) | bytes[3];
}

Result<void> check_header(const std::string& path, std::uint64_t size, LastStop stop) {
    std::array<unsigned char, kHeaderBytes> header{};
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) {
        return errno_error("cannot open " + path, errno);
    }
    const ssize_t got = ::pread(file.get(), header.data(), header.size(), 0);
    if (got != static_cast<ssize_t>(header.size())) {
        return corrupted(path, size == 0 ? "is empty" : "is too short");
    }
    const std::string_view magic(reinterpret_cast<const char*>(header.data()), kMagic.size());
    if (magic != kMagic || big_endian(&header[68]) != kApplicationId) {
        return corrupted(path, "is damaged, or is not one of lambent's");
    }
    // After a clean stop the whole truth is in this file, so its size must be what it says.
    const std::uint32_t stored = (std::uint32_t{header[16]} << 8) | header[17];
    const std::uint64_t page_bytes = stored == 1 ? 65536 : stored;
    const std::uint64_t pages = big_endian(&header[28]);
    if (stop == LastStop::kClean && size < pages * page_bytes) {
        return corrupted(path, "has lost its end");
    }
    return {};
}

}  // namespace

Result<LastStop> prepare_file(const std::string& path) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
        LAMBENT_TRY(require_own_entry(path + suffix));
    }
    struct stat database {};
    struct stat log {};
    const bool has_log = ::stat((path + "-wal").c_str(), &log) == 0;
    if (::stat(path.c_str(), &database) != 0) {
        if (errno != ENOENT) {
            return errno_error("cannot look at " + path, errno);
        }
        if (has_log) {
            return corrupted(path, "is gone while its log is there");
        }
        LAMBENT_TRY(create(path));
        return LastStop::kClean;
    }
    // Closing the last connection removes the log, so one that is there was not closed.
    const LastStop stop = has_log && log.st_size > 0 ? LastStop::kUnclean : LastStop::kClean;
    LAMBENT_TRY(check_header(path, static_cast<std::uint64_t>(database.st_size), stop));
    return stop;
}

}  // namespace lambent::sql
