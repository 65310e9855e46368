#include "runtime/functions/package_store.h"

#include "base/files/content_hash.h"
#include "base/files/durable_file.h"
#include "runtime/functions/package_check.h"
#include "runtime/functions/package_tree.h"
#include "runtime/functions/package_unpacker.h"

#include <filesystem>
#include <memory>
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

Result<Package> find_checked_in(const std::string& directory, const std::string& sha256) {
    LAMBENT_TRY(Package package, find_in(directory, sha256));
    LAMBENT_TRY(const std::string zip, read_package_zip(package.directory + ".zip", sha256));
    LAMBENT_TRY(check_package_tree(zip, package.directory));
    return package;
}

Result<std::string> hash_now(const PackageLimits& limits, const std::string& zip) {
    if (zip.size() > limits.zip_bytes_max) {
        return Error(
            Code::kTooLarge,
            "zip",
            "The zip must be smaller than " + std::to_string(limits.zip_bytes_max) + " bytes"
        );
    }
    return to_hex(digest(HashKind::kSha256, zip));
}

Result<Package> put_now(
    const std::string& directory,
    const PackageLimits& limits,
    const std::string& zip,
    const std::string& sha256
) {
    Result<Package> known = find_checked_in(directory, sha256);
    if (known.has_value()) {
        return known;
    }
    std::error_code failed;
    if (known.error().code() == Code::kCorrupted) {
        fs::remove_all(directory + "/" + sha256, failed);  // of a function that was never started
    }
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
    const auto shared = std::make_shared<const std::string>(std::move(zip));  // with the workers
    auto hashing = [limits = limits_, shared] {
        return hash_now(limits, *shared);
    };
    LAMBENT_CO_TRY(const std::string sha256, co_await offload(workers_, std::move(hashing)));
    if (checked_.contains(sha256)) {
        Result<Package> known = find(sha256);
        if (known.has_value()) {
            co_return known;
        }
    }
    auto work = [directory = directory_, limits = limits_, shared, sha256] {
        return put_now(directory, limits, *shared, sha256);
    };
    LAMBENT_CO_TRY(Package package, co_await offload(workers_, std::move(work)));
    checked_.insert(sha256);
    co_return package;
}

Result<Package> PackageStore::find(const std::string& sha256) const {
    return find_in(directory_, sha256);
}

Task<Result<Package>> PackageStore::find_checked(std::string sha256) {
    if (checked_.contains(sha256)) {
        co_return find(sha256);
    }
    auto work = [directory = directory_, sha256] {
        return find_checked_in(directory, sha256);
    };
    LAMBENT_CO_TRY(Package package, co_await offload(workers_, std::move(work)));
    checked_.insert(std::move(sha256));
    co_return package;
}

Task<Result<std::string>> PackageStore::read_zip(std::string sha256) {
    auto work = [path = directory_ + "/" + sha256 + ".zip", sha256] {
        return read_package_zip(path, sha256);
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
