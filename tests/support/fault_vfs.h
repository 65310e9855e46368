#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// A disk below SQLite that fails on command, and that forgets, as disks do, what was not synced
// when the power went. SQLite's default file layer for as long as this object lives; one at a time.
// Thread-safe, as the driver's threads call it.
class FaultVfs {
  public:
    enum class Call { kRead, kWrite, kSync, kTruncate };
    enum class Until { kOnce, kCleared };
    // What a disk may do with writes that were not synced when the power went. kNothing: only the
    // process ended, and the kernel writes everything.
    enum class Loss { kAll, kSomeSectors, kAllButFirst, kNothing };

    FaultVfs();
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    // The nth such call from now (the first is 1) fails with SQLite's code.
    void fail(Call call, std::uint64_t nth, int code, Until until);
    void clear();
    std::uint64_t calls(Call call) const;

    // Files below `directory` are on disk as they are now; what comes is tracked.
    void track(const std::string& directory);
    // The power goes at the nth write, sync or truncate from now: that one and all later ones fail.
    void cut_power_at(std::uint64_t nth);
    void cut_power_now();
    bool power_is_cut() const;
    // Syncs report success and do nothing.
    void lie_about_syncs();
    // Leaves the tracked files as the next boot finds them, and the power on again.
    void restore(Loss loss, std::uint32_t seed);

    struct Layer;  // the C functions; they call what follows

    // The code that this call must fail with, or 0.
    int before(Call call);
    void written(const std::string& path, std::int64_t offset, std::string bytes);
    void truncated(const std::string& path, std::int64_t size);
    void synced(const std::string& path);
    void deleted(const std::string& path);

  private:
    struct Change {
        std::int64_t offset = 0;
        std::string bytes;
        bool truncate = false;  // to `offset`
    };
    struct Tracked {
        std::string durable;
        bool exists = false;  // its name has reached the disk
        std::vector<Change> pending;
    };
    struct Fault {
        Call call = Call::kSync;
        std::uint64_t at = 0;
        int code = 0;
        Until until = Until::kOnce;
    };

    static void apply(std::string& image, const Change& change);
    std::string surviving(const Tracked& file, Loss loss, std::mt19937& random) const;

    std::unique_ptr<Layer> layer_;
    mutable std::mutex mutex_;  // guards what follows
    std::map<Call, std::uint64_t> counts_;
    std::optional<Fault> fault_;
    std::map<std::string, Tracked> files_;
    std::string directory_;
    std::uint64_t changes_ = 0;
    std::uint64_t cut_at_ = 0;
    bool cut_ = false;
    bool lies_ = false;
};

}  // namespace lambent::tests
