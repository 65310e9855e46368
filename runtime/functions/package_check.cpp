#include "runtime/functions/package_check.h"

#include "base/files/content_hash.h"
#include "base/files/durable_file.h"
#include "base/unique_fd.h"
#include "runtime/functions/package_path.h"
#include "runtime/functions/utf8_names.h"

#include <archive.h>
#include <archive_entry.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

namespace lambent::runtime {
namespace {

constexpr std::size_t kComparedBytes = 64 * 1024;

Error damaged(const std::string& what) {
    return Error(Code::kCorrupted, "package", "The function's " + what + " is damaged on disk.");
}

// What a failed attempt to reach a file says: that it is not the one that was unpacked, or nothing
// about it.
Error out_of_reach(const std::string& path, int error_number) {
    switch (error_number) {
        case ENOENT:
        case ENOTDIR:
        case ELOOP:   // a link stands there
        case EINVAL:  // no link stands there
        case EISDIR:
            return damaged("file " + path);
        default:
            return errno_error("cannot read the function's file " + path, error_number);
    }
}

// Up to the piece's size; less only at the end of the file.
Result<std::string_view> read_piece(
    int file, const std::string& path, std::array<char, kComparedBytes>& piece
) {
    std::size_t filled = 0;
    while (filled < piece.size()) {
        const ssize_t got = ::read(file, piece.data() + filled, piece.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return out_of_reach(path, errno);
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    return std::string_view(piece.data(), filled);
}

// One pass through one zip and the files that came out of it. Lives for one call.
class TreeComparison {
  public:
    explicit TreeComparison(std::string directory)
        : directory_(std::move(directory)), zip_(::archive_read_new(), ::archive_read_free) {}

    Result<void> run(const std::string& zip) {
        ::archive_read_support_format_zip_seekable(zip_.get());
        if (::archive_read_open_memory(zip_.get(), zip.data(), zip.size()) != ARCHIVE_OK) {
            return damaged("zip");
        }
        archive_entry* entry = nullptr;
        int found = ::archive_read_next_header(zip_.get(), &entry);
        for (; found == ARCHIVE_OK; found = ::archive_read_next_header(zip_.get(), &entry)) {
            LAMBENT_TRY(compare(entry));
        }
        return found == ARCHIVE_EOF ? Result<void>() : damaged("zip");
    }

  private:
    Result<void> compare(archive_entry* entry) {
        const char* const name = ::archive_entry_pathname(entry);
        LAMBENT_TRY(const auto parts, package_path(name != nullptr ? name : ""));
        std::string path;
        for (const std::string& part : parts) {
            path += "/" + part;
        }
        switch (::archive_entry_filetype(entry)) {
            case AE_IFREG:
                return compare_file(path);
            case AE_IFLNK:
                return compare_link(path, ::archive_entry_symlink(entry));
            default:
                return {};
        }
    }

    Result<void> compare_file(const std::string& path) {
        const std::string whole = directory_ + path;
        const UniqueFd file(::open(whole.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file) {
            return out_of_reach(path, errno);
        }
        for (;;) {
            LAMBENT_TRY(const std::string_view stored, read_piece(file.get(), path, stored_));
            std::size_t unpacked = 0;
            while (unpacked < unpacked_.size()) {
                const la_ssize_t got = ::archive_read_data(
                    zip_.get(), unpacked_.data() + unpacked, unpacked_.size() - unpacked
                );
                if (got < 0) {
                    return damaged("zip");
                }
                if (got == 0) {
                    break;
                }
                unpacked += static_cast<std::size_t>(got);
            }
            if (stored != std::string_view(unpacked_.data(), unpacked)) {
                return damaged("file " + path);
            }
            if (unpacked < unpacked_.size()) {
                return {};
            }
        }
    }

    Result<void> compare_link(const std::string& path, const char* target) {
        std::error_code failed;
        const std::string stored =
            std::filesystem::read_symlink(directory_ + path, failed).string();
        if (failed) {
            return out_of_reach(path, failed.value());
        }
        return target != nullptr && stored == target ? Result<void>() : damaged("file " + path);
    }

    const std::string directory_;
    const std::unique_ptr<archive, int (*)(archive*)> zip_;
    std::array<char, kComparedBytes> stored_;
    std::array<char, kComparedBytes> unpacked_;
};

}  // namespace

Result<std::string> read_package_zip(const std::string& path, const std::string& sha256) {
    LAMBENT_TRY(std::string zip, read_file(path));
    if (to_hex(digest(HashKind::kSha256, zip)) != sha256) {
        return damaged("package " + sha256);
    }
    return zip;
}

Result<void> check_package_tree(const std::string& zip, const std::string& directory) {
    const Utf8Names names;
    const auto comparison = std::make_unique<TreeComparison>(directory);
    return comparison->run(zip);
}

}  // namespace lambent::runtime
