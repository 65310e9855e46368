#include "runtime/functions/package_store.h"

#include "base/files/content_hash.h"
#include "base/files/durable_file.h"
#include "runtime/functions/package_tree.h"
#include "runtime/functions/package_unpacker.h"

#include <filesystem>
#include <set>
#include <utility>

namespace lambent::runtime {
namespace {

namespace fs = std::filesystem;

Result<Package> find_in(const std::string& directory, const std::string& sha256) {
    Package package;
    package.sha256 = sha256;
    package.directory = directory + "/" + sha256;
    std::error_code failed;
    const bool unpacked = fs::is_directory(package.directory, failed);
    package.zip_bytes = fs::file_size(package.directory + ".zip", failed);
    if (!unpacked || failed) {
        return Error(Code::kNotFound, "package", "the package " + sha256 + " is not there");
    }
    return package;
}

Result<void> write_zip(
    const std::string& directory, const std::string& sha256, const std::string& zip
) {
    LAMBENT_TRY(DurableFile file, DurableFile::create(directory));
    LAMBENT_TRY(file.write(zip));
    return file.publish(sha256 + ".zip");
}

Result<Package> put_now(
    const std::string& directory, const PackageLimits& limits, const std::string& zip
) {
    if (zip.size() > limits.zip_bytes_max) {
        return Error(
            Code::kTooLarge,
            "zip",
            "The zip must be smaller than " + std::to_string(limits.zip_bytes_max) + " bytes"
        );
    }
    const std::string sha256 = to_hex(digest(HashKind::kSha256, zip));
    if (Result<Package> known = find_in(directory, sha256); known.has_value()) {
        return known;
    }
    std::error_code failed;
    if (!fs::is_directory(directory, failed)) {
        LAMBENT_TRY(make_directories(directory));
    }
    LAMBENT_TRY(PackageTree tree, PackageTree::create(directory));
    LAMBENT_TRY(unpack_zip(zip, limits, tree));
    // The directory comes last: where it is, everything is.
    LAMBENT_TRY(write_zip(directory, sha256, zip));
    LAMBENT_TRY(tree.publish(sha256));
    return find_in(directory, sha256);
}

Result<std::string> read_now(const std::string& path, const std::string& sha256) {
    LAMBENT_TRY(std::string zip, read_file(path));
    if (to_hex(digest(HashKind::kSha256, zip)) != sha256) {
        return Error(Code::kCorrupted, "package", "the package " + sha256 + " is damaged on disk");
    }
    return zip;
}

bool collect_now(const std::string& directory, const std::set<std::string>& in_use) {
    std::error_code failed;
    std::vector<fs::path> unused;
    for (const auto& entry : fs::directory_iterator(directory, failed)) {
        if (in_use.count(entry.path().stem().string()) == 0) {
            unused.push_back(entry.path());
        }
    }
    for (const fs::path& path : unused) {
        fs::remove_all(path, failed);
    }
    return unused.empty();
}

}  // namespace

PackageStore::PackageStore(std::string directory, PackageLimits limits, WorkerPool& workers)
    : directory_(std::move(directory)), limits_(limits), workers_(workers) {}

Task<Result<Package>> PackageStore::put(std::string zip) {
    auto work = [directory = directory_, limits = limits_, zip = std::move(zip)] {
        return put_now(directory, limits, zip);
    };
    co_return co_await offload(workers_, std::move(work));
}

Result<Package> PackageStore::find(const std::string& sha256) const {
    return find_in(directory_, sha256);
}

Task<Result<std::string>> PackageStore::read_zip(std::string sha256) {
    auto work = [path = directory_ + "/" + sha256 + ".zip", sha256] {
        return read_now(path, sha256);
    };
    co_return co_await offload(workers_, std::move(work));
}

Task<> PackageStore::collect(std::vector<std::string> in_use) {
    auto work = [directory = directory_, in_use = std::move(in_use)] {
        return collect_now(directory, std::set<std::string>(in_use.begin(), in_use.end()));
    };
    (void)co_await offload(workers_, std::move(work));
}

}  // namespace lambent::runtime
