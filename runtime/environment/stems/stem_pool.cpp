#include "runtime/environment/stems/stem_pool.h"

#include "runtime/environment/cell_plan.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

namespace lambent::runtime {
namespace {

constexpr std::chrono::seconds kRaiseLimit(20);
constexpr std::uint64_t kStemMemory = 512ULL << 20;

SteadyTime steady_now() {
    return std::chrono::steady_clock::now();
}

// What a stem is given before it is a function. The bootstraps answer "fail" with an error, so that
// this path is warm too. Compilers of hot code want more than one call.
std::vector<std::string> rehearsal() {
    std::vector<std::string> events(
        12, R"({"rehearsal":{"text":"\u00e9","numbers":[1,2.5,null,true]}})"
    );
    events.emplace_back(R"({"fail":true})");
    events.emplace_back(R"({"rehearsal":"last"})");
    return events;
}

// What it wrote while it rehearsed is nobody's.
void empty(const UniqueFd& pipe) {
    std::array<char, 4096> bytes;  // NOLINT: filled by read
    while (::read(pipe.get(), bytes.data(), bytes.size()) > 0) {
    }
}

}  // namespace

struct StemPool::Wake {
    boost::asio::steady_timer timer;
};

StemPool::StemPool(
    boost::asio::any_io_executor executor,
    sandbox::Sandbox& sandbox,
    Site site,
    StemConfig config,
    Logger log
)
    : executor_(executor),
      sandbox_(sandbox),
      site_(std::move(site)),
      log_(log),
      off_(config.mode == StemMode::kOff),
      policy_(config),
      wake_(std::make_unique<Wake>(Wake{boost::asio::steady_timer(executor)})),
      tending_(executor, log),
      endings_(executor, log) {
    if (!off_) {
        tending_.spawn("stems", tend());
    }
}

StemPool::~StemPool() = default;

void StemPool::expect(const StemKind& kind) {
    if (off_) {
        return;
    }
    const std::string key = kind.key();
    shelves_[key].kind = kind;
    policy_.expect(key, steady_now());
    wake();
}

std::unique_ptr<Stem> StemPool::take(const StemKind& kind) {
    if (off_ || stopped_) {
        return nullptr;
    }
    const std::string key = kind.key();
    Shelf& shelf = shelves_[key];
    if (shelf.kind.argv.empty()) {
        shelf.kind = kind;
    }
    policy_.asked(key, steady_now());
    std::unique_ptr<Stem> stem;
    while (!stem && !shelf.stems.empty()) {
        stem = pop(shelf, key);
        if (stem->channel->frames().ended()) {
            drop(std::move(stem));  // died while it waited
        }
    }
    wake();
    return stem;
}

std::size_t StemPool::ready(const StemKind& kind) const {
    const auto found = shelves_.find(kind.key());
    return found == shelves_.end() ? 0 : found->second.stems.size();
}

std::size_t StemPool::target(const StemKind& kind) const {
    return off_ ? 0 : policy_.target(kind.key(), steady_now());
}

std::unique_ptr<Stem> StemPool::pop(Shelf& shelf, const std::string& key) {
    std::unique_ptr<Stem> stem = std::move(shelf.stems.front());
    shelf.stems.pop_front();
    policy_.removed(key);
    return stem;
}

void StemPool::wake() {
    wake_->timer.cancel();
}

Task<> StemPool::tend() {
    for (;;) {
        if (const auto key = policy_.surplus(steady_now())) {
            drop(pop(shelves_.at(*key), *key));
        } else if (auto wanted = policy_.wanted(steady_now())) {
            co_await raise(std::move(*wanted));
        } else {
            co_await pause();
        }
    }
}

Task<> StemPool::pause() {
    boost::system::error_code woken;
    wake_->timer.expires_at(policy_.next_look(steady_now()));
    co_await wake_->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken)
    );
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
        throw boost::system::system_error(boost::asio::error::operation_aborted);
    }
}

Task<> StemPool::raise(std::string key) {
    auto made = co_await make(shelves_.at(key).kind);
    if (made.has_error()) {
        log_.warn("stem_failed", {{"reason", made.error().message()}});
        policy_.failed(key, steady_now());
        co_return;
    }
    std::unique_ptr<Stem> stem = std::move(*made);
    empty(stem->output);
    const Result<std::uint64_t> peak = stem->cell->memory_peak_bytes();
    policy_.added(key, peak.has_value() ? *peak : kStemMemory);
    shelves_.at(key).stems.push_back(std::move(stem));
}

Task<Result<std::unique_ptr<Stem>>> StemPool::make(const StemKind& kind) {
    sandbox::CellSpec spec = spec_of(kind);
    LAMBENT_CO_TRY(auto cell, co_await sandbox_.launch(std::move(spec)));
    auto stem = std::make_unique<Stem>();
    stem->output = cell->take_output();
    stem->channel = std::make_unique<CellChannel>(executor_, log_);
    stem->channel->serve_http(cell->take_listener(kRuntimeApiPort));
    stem->channel->serve_frames(cell->take_channel());
    stem->cell = std::move(cell);
    // However this flow ends, a cell that exists is taken down.
    struct Unfinished {
        StemPool& pool;
        std::unique_ptr<Stem>& stem;
        ~Unfinished() {
            if (stem) {
                pool.drop(std::move(stem));
            }
        }
    } unfinished{*this, stem};
    // One that hangs is killed, which ends its channel and so its rehearsal.
    boost::asio::steady_timer limit(executor_, kRaiseLimit);
    const auto hung = std::make_shared<sandbox::Cell*>(stem->cell.get());
    limit.async_wait([cell = std::weak_ptr(hung)](const boost::system::error_code& failed) {
        if (const auto alive = cell.lock(); alive && !failed) {
            (*alive)->kill();
        }
    });
    auto rehearsing = stem->channel->frames().rehearse(rehearsal());
    const bool rehearsed = co_await std::move(rehearsing);
    if (!rehearsed) {
        co_return Error(Code::kUnavailable, "stem", "the runtime did not come through a rehearsal");
    }
    LAMBENT_CO_TRY(stem->cell->freeze());
    co_return std::move(stem);
}

sandbox::CellSpec StemPool::spec_of(const StemKind& kind) const {
    sandbox::CellSpec spec;
    spec.label = "stem";
    spec.argv = kind.argv;
    spec.environment = kind.variables;
    spec.environment.push_back(
        std::string(kChannelVariable) + "=" + std::to_string(sandbox::kChannelDescriptor)
    );
    spec.environment.push_back(std::string(kStemVariable) + "=1");
    spec.working_directory = "/";
    spec.binds.push_back(sandbox::ReadOnlyBind{site_.support_directory, "/var/runtime"});
    spec.listen_ports.push_back(kRuntimeApiPort);
    if (site_.platform_port != 0) {
        spec.listen_ports.push_back(site_.platform_port);
    }
    spec.memory_bytes = kStemMemory;
    spec.has_channel = true;
    spec.is_stem = true;
    return spec;
}

void StemPool::drop(std::unique_ptr<Stem> stem) {
    endings_.spawn("stem_end", end(std::move(stem)));
}

Task<> StemPool::end(std::unique_ptr<Stem> stem) {
    stem->cell->kill();
    co_await stem->cell->exited();
    co_await stem->channel->close();
}

Task<> StemPool::stop() {
    stopped_ = true;
    co_await tending_.cancel_and_join();
    for (auto& [key, shelf] : shelves_) {
        while (!shelf.stems.empty()) {
            drop(pop(shelf, key));
        }
    }
    co_await endings_.join();
}

}  // namespace lambent::runtime
