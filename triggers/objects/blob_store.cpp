#include "triggers/objects/blob_store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

namespace lambent::triggers {
namespace {

namespace fs = std::filesystem;

constexpr char kArriving[] = "/arriving";
constexpr char kBlobs[] = "/blobs";
constexpr std::string_view kHex = "0123456789abcdef";

Error file_error(const char* what, const std::error_code& code) {
    return errno_error(what, code.value());
}

// Removes the files of one directory for which `unwanted` says so.
template <class Unwanted>
Result<void> sweep(const std::string& directory, Unwanted unwanted) {
    std::error_code failed;
    fs::directory_iterator entries(directory, failed);
    if (failed) {
        return file_error("list blobs", failed);
    }
    for (; entries != fs::directory_iterator(); entries.increment(failed)) {
        if (failed) {
            return file_error("list blobs", failed);
        }
        if (unwanted(entries->path().filename().string())) {
            fs::remove(entries->path(), failed);
        }
        if (failed) {
            return file_error("remove a blob", failed);
        }
    }
    return {};
}

}  // namespace

std::string BlobStore::fan_out(const std::string& blob) const {
    return directory_ + kBlobs + "/" + blob.substr(0, 2);
}

// One sync holds all the names: the daemon does not answer before they are there.
Result<void> BlobStore::prepare() const {
    const std::string blobs = directory_ + kBlobs;
    LAMBENT_TRY(make_directories(blobs));
    for (const char high : kHex) {
        for (const char low : kHex) {
            if (::mkdir(fan_out(std::string{high, low}).c_str(), 0700) != 0 && errno != EEXIST) {
                return errno_error("make a directory of blobs", errno);
            }
        }
    }
    LAMBENT_TRY(sync_directory(blobs));
    LAMBENT_TRY(make_directories(directory_ + kArriving));
    return sweep(directory_ + kArriving, [](const std::string&) { return true; });
}

Result<DurableFile> BlobStore::begin() const {
    return DurableFile::create(directory_ + kArriving);
}

Result<void> BlobStore::publish(DurableFile& file, const std::string& blob) const {
    return file.publish_in(fan_out(blob), blob);
}

Result<UniqueFd> BlobStore::open(const std::string& blob) const {
    UniqueFd file(::open((fan_out(blob) + "/" + blob).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file) {
        return file;
    }
    if (errno == ENOENT) {
        return Error(Code::kNotFound, "blob", "there is no such blob");
    }
    return errno_error("open a blob", errno);
}

Result<void> BlobStore::remove(const std::string& blob) const {
    if (::unlink((fan_out(blob) + "/" + blob).c_str()) != 0 && errno != ENOENT) {
        return errno_error("remove a blob", errno);
    }
    return {};
}

Result<void> BlobStore::keep_only(const std::set<std::string>& wanted) const {
    for (const char high : kHex) {
        for (const char low : kHex) {
            const std::string directory = fan_out(std::string{high, low});
            auto unwanted = [&wanted](const std::string& name) {
                return !wanted.contains(name);
            };
            LAMBENT_TRY(sweep(directory, unwanted));
        }
    }
    return {};
}

}  // namespace lambent::triggers
