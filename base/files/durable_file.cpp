#include "base/files/durable_file.h"

#include "base/failpoint.h"
#include "base/ids.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

namespace lambent {
namespace {

constexpr char kTemporaryPrefix[] = ".unpublished-";

// A full disk is the machine's trouble and passes; the caller may come back.
Error disk_error(const std::string& what, int error_number) {
    const Error plain = errno_error(what, error_number);
    if (error_number == ENOSPC || error_number == EDQUOT) {
        return Error(Code::kUnavailable, "disk_full", plain.message());
    }
    if (error_number == EIO) {
        return Error(Code::kUnavailable, "disk", plain.message());
    }
    if (error_number == ENOENT) {
        return Error(Code::kNotFound, "file", plain.message());
    }
    return plain;
}

std::string joined(const std::string& directory, std::string_view name) {
    std::string path = directory;
    path += '/';
    path += name;
    return path;
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> make_one_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0) {
        return sync_directory(parent_of(path));
    }
    if (errno != EEXIST) {
        return disk_error("cannot create the directory " + path, errno);
    }
    return {};
}

}  // namespace

DurableFile::DurableFile(std::string directory, std::string temporary, UniqueFd file)
    : directory_(std::move(directory)), temporary_(std::move(temporary)), file_(std::move(file)) {}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : directory_(std::move(other.directory_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      size_(std::exchange(other.size_, 0)) {}

DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(temporary_, other.temporary_);
    std::swap(file_, other.file_);
    std::swap(size_, other.size_);
    return *this;
}

DurableFile::~DurableFile() {
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

Result<DurableFile> DurableFile::create(const std::string& directory) {
    std::string temporary = joined(directory, kTemporaryPrefix + random_hex(12));
    UniqueFd file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
    );
    if (!file) {
        return disk_error("cannot create a file in " + directory, errno);
    }
    failpoint("file.created");
    return DurableFile(directory, std::move(temporary), std::move(file));
}

Result<void> DurableFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return disk_error("cannot write to " + directory_, errno);
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
        size_ += static_cast<std::uint64_t>(written);
    }
    failpoint("file.written");
    return {};
}

Result<void> DurableFile::publish(const std::string& name) {
    return publish_in(directory_, name);
}

Result<void> DurableFile::publish_in(const std::string& directory, const std::string& name) {
    if (::fdatasync(file_.get()) != 0) {
        return disk_error("cannot sync a file in " + directory_, errno);
    }
    failpoint("file.publish.synced");
    if (::rename(temporary_.c_str(), joined(directory, name).c_str()) != 0) {
        return disk_error("cannot rename a file to " + name + " in " + directory, errno);
    }
    temporary_.clear();
    file_.reset();
    failpoint("file.publish.renamed");
    LAMBENT_TRY(sync_directory(directory));
    failpoint("file.publish.named");
    return {};
}

Result<void> make_directories(const std::string& path) {
    std::size_t end = path.find('/', 1);
    while (end != std::string::npos) {
        LAMBENT_TRY(make_one_directory(path.substr(0, end)));
        end = path.find('/', end + 1);
    }
    LAMBENT_TRY(make_one_directory(path));
    // A former life may have died between creating the directory and syncing its name. Parents that
    // we may not read were not made by us.
    const Result<void> named = sync_directory(parent_of(path));
    if (named.has_error() && named.error().code() == Code::kUnavailable) {
        return named.error();
    }
    return {};
}

Result<void> sync_directory(const std::string& path) {
    const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) {
        return disk_error("cannot open the directory " + path, errno);
    }
    if (::fsync(directory.get()) != 0) {
        return disk_error("cannot sync the directory " + path, errno);
    }
    return {};
}

Result<void> remove_unpublished(const std::string& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()), ::closedir);
    if (!listing) {
        return disk_error("cannot list the directory " + directory, errno);
    }
    while (const dirent* entry = ::readdir(listing.get())) {
        if (std::string_view(entry->d_name).starts_with(kTemporaryPrefix)) {
            ::unlink(joined(directory, entry->d_name).c_str());
        }
    }
    return {};
}

Result<std::string> read_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat about {};
    if (!file || ::fstat(file.get(), &about) != 0) {
        return disk_error("cannot open " + path, errno);
    }
    std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return disk_error("cannot read " + path, errno);
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace lambent
