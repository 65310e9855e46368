#include "runtime/functions/package_unpacker.h"

#include "runtime/functions/utf8_names.h"
#include "runtime/functions/zip_directory.h"

#include <archive.h>
#include <archive_entry.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>

namespace lambent::runtime {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;

Error unreadable(const std::string& why) {
    return Error(
        Code::kInvalidArgument,
        "zip",
        "Could not unzip uploaded file. Please check your file, then try to upload again. (" + why +
            ")"
    );
}

// One pass through one zip. Lives for one call of unpack_zip.
class Unpacker {
  public:
    Unpacker(const PackageLimits& limits, PackageTree& tree)
        : limits_(limits), tree_(tree), zip_(::archive_read_new(), ::archive_read_free) {}

    Result<void> run(std::string_view zip) {
        ::archive_read_support_format_zip_seekable(zip_.get());
        if (::archive_read_open_memory(zip_.get(), zip.data(), zip.size()) != ARCHIVE_OK) {
            return fault();
        }
        archive_entry* entry = nullptr;
        int found = ::archive_read_next_header(zip_.get(), &entry);
        for (; found == ARCHIVE_OK; found = ::archive_read_next_header(zip_.get(), &entry)) {
            LAMBENT_TRY(take(entry));
        }
        if (found != ARCHIVE_EOF) {
            return fault();
        }
        if (entries_ == 0) {
            return Error(Code::kInvalidArgument, "zip", "Uploaded file must be a non-empty zip");
        }
        const Result<void> links = tree_.check_links();
        return links.has_error() ? unreadable(links.error().message()) : links;
    }

  private:
    // A warning is a fault too: sizes or checksums that contradict each other.
    Error fault() const {
        const char* why = ::archive_error_string(zip_.get());
        return unreadable(why != nullptr ? why : "the zip is damaged");
    }

    Result<void> take(archive_entry* entry) {
        if (++entries_ > limits_.entries_max) {
            return Error(
                Code::kTooLarge,
                "zip",
                "The zip has more than " + std::to_string(limits_.entries_max) + " entries"
            );
        }
        const char* name = ::archive_entry_pathname(entry);
        Result<PackageTree::Path> path = package_path(name != nullptr ? name : "");
        Result<void> made = path.has_value() ? make(entry, *path) : Result<void>(path.error());
        if (made.has_error() && made.error().code() == Code::kInvalidArgument) {
            return unreadable(made.error().message());
        }
        return made;
    }

    Result<void> make(archive_entry* entry, const PackageTree::Path& path) {
        switch (::archive_entry_filetype(entry)) {
            case AE_IFDIR:
                return tree_.add_directory(path);
            case AE_IFREG:
                return make_file(entry, path);
            case AE_IFLNK: {
                const char* target = ::archive_entry_symlink(entry);
                return tree_.add_link(path, target != nullptr ? target : "");
            }
            default:
                return Error(
                    Code::kInvalidArgument, "zip", "an entry is neither file, directory nor link"
                );
        }
    }

    Result<void> make_file(archive_entry* entry, const PackageTree::Path& path) {
        const bool program = (::archive_entry_mode(entry) & 0111) != 0;
        LAMBENT_TRY(
            const UniqueFd file,
            tree_.add_file(
                path, program ? PackageTree::Executable::kYes : PackageTree::Executable::kNo
            )
        );
        std::array<char, kPieceBytes> piece;
        while (true) {
            const la_ssize_t size = ::archive_read_data(zip_.get(), piece.data(), piece.size());
            if (size < 0) {
                return fault();
            }
            if (size == 0) {
                return {};
            }
            LAMBENT_TRY(write(file.get(), {piece.data(), static_cast<std::size_t>(size)}));
        }
    }

    Result<void> write(int file, std::string_view bytes) {
        unpacked_bytes_ += bytes.size();
        if (unpacked_bytes_ > limits_.unpacked_bytes_max) {
            return Error(
                Code::kTooLarge,
                "zip",
                "Unzipped size must be smaller than " + std::to_string(limits_.unpacked_bytes_max) +
                    " bytes"
            );
        }
        while (!bytes.empty()) {
            const ssize_t written = ::write(file, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written < 0) {
                const Error plain = errno_error("cannot write a package's file", errno);
                return Error(Code::kUnavailable, "disk_full", plain.message());
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }

    const PackageLimits& limits_;
    PackageTree& tree_;
    std::unique_ptr<archive, int (*)(archive*)> zip_;
    std::uint64_t unpacked_bytes_ = 0;
    std::uint32_t entries_ = 0;
};

}  // namespace

Result<void> unpack_zip(std::string_view zip, const PackageLimits& limits, PackageTree& tree) {
    const Result<void> directory = check_zip_directory(zip, limits.entries_max);
    if (directory.has_error()) {
        const bool shaped = directory.error().code() == Code::kTooLarge;
        return shaped ? directory.error() : unreadable(directory.error().message());
    }
    const Utf8Names names;
    return Unpacker(limits, tree).run(zip);
}

}  // namespace lambent::runtime
