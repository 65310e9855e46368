#include "triggers/objects/blob_checks.h"

#include "base/files/content_hash.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::uint64_t kSmallBytes = 64ULL << 10;
constexpr std::uint64_t kHashedBytes = 1ULL << 20;  // by one job, so that others get their turn
constexpr std::size_t kSoundMax = 16'384;           // files remembered
constexpr std::int64_t kNsPerS = 1'000'000'000;
// Two writes may come within one step of the clock that marks files, so that a file which has just
// been written to says nothing about the next write. One written to before the clock was set back
// does: the next write bears another time.
constexpr std::int64_t kSettledNs = kNsPerS;

std::int64_t in_ns(const timespec& time) {
    return time.tv_sec * kNsPerS + time.tv_nsec;
}

Error not_its_bytes() {
    return Error(Code::kCorrupted, "blob", "the bytes of the object's file are not those stored");
}

// A file whose hash is being made, piece by piece; by one job at a time.
struct BlobHash {
    std::shared_ptr<UniqueFd> file;
    std::uint64_t size;
    Digest sha256{HashKind::kSha256};
    std::uint64_t offset = 0;

    // Whether there is more.
    Result<bool> take_piece() {
        std::string piece(std::min(kHashedBytes, size - offset), '\0');
        ssize_t got = 0;
        do {
            got = ::pread(file->get(), piece.data(), piece.size(), static_cast<off_t>(offset));
        } while (got < 0 && errno == EINTR);
        if (got < 0) {
            return errno_error("read a blob", errno);
        }
        sha256.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
        offset += static_cast<std::uint64_t>(got);
        return got > 0 && offset < size;
    }
};

Result<void> hash_small(
    const std::shared_ptr<UniqueFd>& file, std::uint64_t size, const std::string& blob
) {
    BlobHash hash{file, size};
    for (bool is_more = true; is_more;) {
        LAMBENT_TRY(is_more, hash.take_piece());
    }
    return to_hex(hash.sha256.finish()) == blob ? Result<void>() : not_its_bytes();
}

}  // namespace

struct BlobChecks::Opened {
    std::shared_ptr<UniqueFd> file;  // also held by the job that hashes
    Mark mark;
    bool is_sound = false;
    bool is_settled = false;  // later writes change the mark for sure
};

struct BlobChecks::Flight {
    boost::asio::steady_timer landed;  // cancelled when the hash has ended
    Mark mark;
    std::optional<Result<void>> outcome;  // nothing when whoever made it gave up
};

// Ends a flight, whichever way its flow is left.
class BlobChecks::Landing {
  public:
    Landing(BlobChecks& checks, std::string blob) : checks_(checks), blob_(std::move(blob)) {}
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
        const auto found = checks_.flights_.find(blob_);
        found->second->landed.cancel();
        checks_.flights_.erase(found);
    }

  private:
    BlobChecks& checks_;
    std::string blob_;
};

BlobChecks::BlobChecks(BlobStore blobs, WorkerPool& workers)
    : blobs_(std::move(blobs)), workers_(workers) {}
BlobChecks::~BlobChecks() = default;

// On a worker.
Result<BlobChecks::Opened> BlobChecks::open_now(const BlobStore& blobs, const std::string& blob) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    Opened opened;
    LAMBENT_TRY(UniqueFd file, blobs.open(blob));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        return errno_error("stat an object", errno);
    }
    opened.file = std::make_shared<UniqueFd>(std::move(file));
    opened.mark.device = status.st_dev;
    opened.mark.inode = status.st_ino;
    opened.mark.size = static_cast<std::uint64_t>(status.st_size);
    opened.mark.changed_ns = in_ns(status.st_ctim);
    const std::int64_t age_ns = in_ns(now) - opened.mark.changed_ns;
    opened.is_settled = age_ns >= kSettledNs || age_ns < -kSettledNs;
    if (opened.mark.size <= kSmallBytes) {
        LAMBENT_TRY(hash_small(opened.file, opened.mark.size, blob));
        opened.is_sound = true;
    }
    return opened;
}

Task<Result<UniqueFd>> BlobChecks::open(std::string blob, std::uint64_t size) {
    auto job = [blobs = blobs_, blob] {
        return open_now(blobs, blob);
    };
    LAMBENT_CO_TRY(Opened opened, co_await offload(workers_, std::move(job)));
    if (opened.mark.size != size) {
        co_return Error(Code::kCorrupted, "blob", "the file of the object has another size");
    }
    const auto known = sound_.find(blob);
    const bool is_known = known != sound_.end() && known->second == opened.mark;
    if (!opened.is_sound && !is_known) {
        LAMBENT_CO_TRY(co_await check(opened, blob));
    }
    co_return std::move(*opened.file);
}

// By the flow that came first; the others that want the same file wait for it.
Task<Result<void>> BlobChecks::check(Opened opened, std::string blob) {
    for (auto found = flights_.find(blob); found != flights_.end(); found = flights_.find(blob)) {
        const std::shared_ptr<Flight> flight = found->second;
        boost::system::error_code woken;
        co_await flight->landed.async_wait(
            boost::asio::redirect_error(boost::asio::use_awaitable, woken)
        );
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        if (state.cancelled() != boost::asio::cancellation_type::none) {
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
        if (flight->outcome && flight->mark == opened.mark) {
            co_return *flight->outcome;
        }
    }
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto flight = std::make_shared<Flight>(Flight{
        boost::asio::steady_timer(executor, boost::asio::steady_timer::time_point::max()),
        opened.mark,
        {}});
    flights_.emplace(blob, flight);
    const Landing landing(*this, blob);
    Result<void> hashed = co_await hash(opened, blob);
    flight->outcome = hashed;
    if (hashed.has_value() && opened.is_settled) {
        remember(blob, opened);
    }
    co_return hashed;
}

Task<Result<void>> BlobChecks::hash(Opened opened, std::string blob) {
    const auto hash = std::make_shared<BlobHash>(BlobHash{opened.file, opened.mark.size});
    for (bool is_more = true; is_more;) {
        auto job = [hash] {
            return hash->take_piece();
        };
        LAMBENT_CO_TRY(is_more, co_await offload(workers_, std::move(job)));
    }
    if (to_hex(hash->sha256.finish()) != blob) {
        co_return not_its_bytes();
    }
    co_return Result<void>();
}

void BlobChecks::remember(const std::string& blob, const Opened& opened) {
    if (sound_.size() >= kSoundMax) {
        sound_.clear();
    }
    sound_[blob] = opened.mark;
}

}  // namespace lambent::triggers
