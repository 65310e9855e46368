#pragma once

#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/unique_fd.h"
#include "runtime/environment/cell_channel.h"
#include "runtime/environment/stems/stem_kind.h"
#include "runtime/environment/stems/stem_policy.h"
#include "sandbox/cell.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace lambent::runtime {

// A cell that is booted, rehearsed and frozen, and waits to become a function.
struct Stem {
    std::unique_ptr<sandbox::Cell> cell;
    std::unique_ptr<CellChannel> channel;
    UniqueFd output;
};

// Stems ahead of the functions that will need them. Raises one at a time, in the background and at
// low priority, as StemPolicy says. A stem that is taken belongs to the taker and never comes back.
// Event loop's thread only.
class StemPool {
  public:
    struct Site {
        std::string support_directory;    // becomes /var/runtime
        std::uint16_t platform_port = 0;  // 0: the platform's endpoint is never reached from cells
    };
    StemPool(
        boost::asio::any_io_executor executor,
        sandbox::Sandbox& sandbox,
        Site site,
        StemConfig config,
        Logger log
    );
    ~StemPool();
    StemPool(const StemPool&) = delete;
    StemPool& operator=(const StemPool&) = delete;

    // A function of this kind exists and may be called.
    void expect(const StemKind& kind);
    // Null when none is ready: the caller boots. Does not wait.
    std::unique_ptr<Stem> take(const StemKind& kind);
    // Ends one that was taken and serves nobody.
    void give_up(std::unique_ptr<Stem> stem) { drop(std::move(stem)); }
    std::size_t ready(const StemKind& kind) const;
    // How many there should be now, as the policy sees it.
    std::size_t target(const StemKind& kind) const;

    // Raises no more and ends those that wait. Nothing is taken any more.
    Task<> stop();

  private:
    struct Shelf {
        StemKind kind;
        std::deque<std::unique_ptr<Stem>> stems;
    };
    struct Wake;

    void wake();
    Task<> tend();
    Task<> pause();
    Task<> raise(std::string key);
    Task<Result<std::unique_ptr<Stem>>> make(const StemKind& kind);
    sandbox::CellSpec spec_of(const StemKind& kind) const;
    std::unique_ptr<Stem> pop(Shelf& shelf, const std::string& key);
    void drop(std::unique_ptr<Stem> stem);
    static Task<> end(std::unique_ptr<Stem> stem);

    boost::asio::any_io_executor executor_;
    sandbox::Sandbox& sandbox_;
    Site site_;
    Logger log_;
    bool off_;
    StemPolicy policy_;
    std::map<std::string, Shelf> shelves_;  // by the kind's key
    std::unique_ptr<Wake> wake_;
    bool stopped_ = false;
    TaskScope tending_;
    TaskScope endings_;
};

}  // namespace lambent::runtime
