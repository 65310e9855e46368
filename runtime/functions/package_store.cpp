#include "runtime/functions/package_store.h"

#include "base/failpoint.h"
#include "base/files/content_hash.h"
#include "base/files/durable_file.h"
#include "runtime/functions/package_check.h"
#include "runtime/functions/package_tree.h"
#include "runtime/functions/package_unpacker.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace lambent::runtime {
namespace {

namespace fs = std::filesystem;

Result<Package> find_in(const std::string& directory, const std::string& sha256) {
    Package package;
    package.sha256 = sha256;
    package.directory = directory + "/" + sha256;
    std::error_code unseen;
    std::error_code unmeasured;
    const bool unpacked = fs::is_directory(package.directory, unseen);
    package.zip_bytes = fs::file_size(package.directory + ".zip", unmeasured);
    for (const std::error_code& failed : {unseen, unmeasured}) {
        if (failed && failed != std::errc::no_such_file_or_directory &&
            failed != std::errc::not_a_directory) {
            return errno_error("cannot look at the package " + sha256, failed.value());
        }
    }
    if (!unpacked || unmeasured) {
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
    failpoint("package.check.begun");
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

// A tree that is damaged, so that its function was never started.
Result<void> remove_tree(const std::string& path) {
    std::error_code failed;
    fs::remove_all(path, failed);
    return failed ? errno_error("cannot remove the damaged " + path, failed.value())
                  : Result<void>();
}

// One at a time for one package.
Result<Package> put_now(
    const std::string& directory,
    const PackageLimits& limits,
    const std::string& zip,
    const std::string& sha256
) {
    Result<Package> known = find_checked_in(directory, sha256);
    const std::string path = directory + "/" + sha256;
    std::error_code failed;
    if (known.has_error() && known.error().code() == Code::kNotFound &&
        fs::is_directory(path, failed)) {
        LAMBENT_TRY(write_zip(directory, sha256, zip));  // which alone was lost
        known = find_checked_in(directory, sha256);
    }
    if (known.has_value()) {
        return known;
    }
    if (known.error().code() == Code::kCorrupted) {
        LAMBENT_TRY(remove_tree(path));
    } else if (known.error().code() != Code::kNotFound) {
        return known;  // nobody knows how it is
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

struct PackageStore::Flight {
    boost::asio::steady_timer landed;  // cancelled when it has ended
    std::optional<Result<Package>> outcome;
};

// A flight of the flow that makes this, which ends it whichever way it is left.
class PackageStore::Landing {
  public:
    Landing(PackageStore& store, std::string sha256, const boost::asio::any_io_executor& executor)
        : store_(store), sha256_(std::move(sha256)) {
        boost::asio::steady_timer landed(executor, boost::asio::steady_timer::time_point::max());
        flight_ = std::make_shared<Flight>(Flight{std::move(landed), {}});
        store_.flights_.emplace(sha256_, flight_);
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
        flight_->landed.cancel();
        store_.flights_.erase(sha256_);
    }
    void set_outcome(const Result<Package>& outcome) { flight_->outcome = outcome; }

  private:
    PackageStore& store_;
    const std::string sha256_;
    std::shared_ptr<Flight> flight_;
};

PackageStore::PackageStore(std::string directory, PackageLimits limits, WorkerPool& workers)
    : directory_(std::move(directory)), limits_(limits), workers_(workers) {}

Task<Result<Package>> PackageStore::put(std::string zip) {
    const auto shared = std::make_shared<const std::string>(std::move(zip));  // with the workers
    auto hashing = [limits = limits_, shared] {
        return hash_now(limits, *shared);
    };
    LAMBENT_CO_TRY(const std::string sha256, co_await offload(workers_, std::move(hashing)));
    const auto executor = co_await boost::asio::this_coro::executor;
    while (flights_.contains(sha256)) {
        const std::optional<Result<Package>> outcome = co_await flown(sha256);
        if (outcome && outcome->has_value()) {
            co_return *outcome;
        }
    }
    if (checked_.contains(sha256)) {
        Result<Package> known = find(sha256);
        if (known.has_value()) {
            co_return known;
        }
    }
    Landing landing(*this, sha256, executor);
    auto work = [directory = directory_, limits = limits_, shared, sha256] {
        return put_now(directory, limits, *shared, sha256);
    };
    LAMBENT_CO_TRY(Package package, co_await offload(workers_, std::move(work)));
    checked_.insert(sha256);
    landing.set_outcome(package);  // its failures are not those of the others
    co_return package;
}

Result<Package> PackageStore::find(const std::string& sha256) const {
    return find_in(directory_, sha256);
}

Task<Result<Package>> PackageStore::find_checked(std::string sha256) {
    const auto executor = co_await boost::asio::this_coro::executor;
    while (!checked_.contains(sha256) && flights_.contains(sha256)) {
        const std::optional<Result<Package>> outcome = co_await flown(sha256);
        if (outcome) {
            co_return *outcome;
        }
    }
    if (checked_.contains(sha256)) {
        co_return find(sha256);
    }
    Landing landing(*this, sha256, executor);
    auto work = [directory = directory_, sha256] {
        return find_checked_in(directory, sha256);
    };
    Result<Package> found = co_await offload(workers_, std::move(work));
    landing.set_outcome(found);
    if (found.has_value()) {
        checked_.insert(std::move(sha256));
    }
    co_return found;
}

Task<std::optional<Result<Package>>> PackageStore::flown(std::string sha256) {
    const auto found = flights_.find(sha256);
    if (found == flights_.end()) {
        co_return std::nullopt;
    }
    const std::shared_ptr<Flight> flight = found->second;
    boost::system::error_code woken;
    co_await flight->landed.async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, woken)
    );
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
        throw boost::system::system_error(boost::asio::error::operation_aborted);
    }
    co_return flight->outcome;
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
