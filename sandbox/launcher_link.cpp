#include "sandbox/launcher_link.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>

namespace lambent::sandbox {

namespace asio = boost::asio;

namespace {

// Waits on a timer that never expires until somebody cancels it; leaves when the flow is cancelled.
Task<> wait_for_bell(asio::steady_timer& bell) {
    boost::system::error_code woken;
    co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
}

}  // namespace

struct ExitNews::Bell {
    explicit Bell(const asio::any_io_executor& executor)
        : timer(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer timer;
};

ExitNews::ExitNews(const asio::any_io_executor& executor)
    : bell_(std::make_unique<Bell>(executor)) {}
ExitNews::~ExitNews() = default;

void ExitNews::publish(const ExitReport& report) {
    if (!report_) {
        report_ = report;
        bell_->timer.cancel();
    }
}

Task<ExitReport> ExitNews::wait(std::shared_ptr<ExitNews> news) {
    while (!news->report_) {
        co_await wait_for_bell(news->bell_->timer);
    }
    co_return *news->report_;
}

struct LauncherLink::Wire {
    Wire(const asio::any_io_executor& executor, int fd)
        : readiness(executor, fd), gone(executor, asio::steady_timer::time_point::max()) {}
    ~Wire() { readiness.release(); }  // the socket itself belongs to the StartedLauncher

    asio::posix::stream_descriptor readiness;
    asio::steady_timer gone;  // rung when the launcher closed its end
    bool writing = false;
};

template <class Answer>
struct LauncherLink::Pending {
    explicit Pending(const asio::any_io_executor& executor)
        : bell(executor, asio::steady_timer::time_point::max()) {}
    asio::steady_timer bell;
    std::optional<Answer> answer;

    void set(Answer value) {
        answer.emplace(std::move(value));
        bell.cancel();
    }
};

LauncherLink::LauncherLink(
    std::unique_ptr<StartedLauncher> launcher, asio::any_io_executor executor, Logger log
)
    : launcher_(std::move(launcher)),
      executor_(std::move(executor)),
      log_(std::move(log)),
      wire_(std::make_unique<Wire>(executor_, launcher_->socket().native())) {}

LauncherLink::~LauncherLink() = default;

void LauncherLink::start_reading() {
    arm_read();
}

void LauncherLink::arm_read() {
    auto ready = [weak = weak_from_this()](const boost::system::error_code& failure) {
        if (const auto self = weak.lock(); self && !failure) {
            self->on_readable();
        }
    };
    wire_->readiness.async_wait(asio::posix::stream_descriptor::wait_read, std::move(ready));
}

void LauncherLink::arm_write() {
    if (wire_->writing || !launcher_->socket().wants_write()) {
        return;
    }
    wire_->writing = true;
    auto ready = [weak = weak_from_this()](const boost::system::error_code& failure) {
        const auto self = weak.lock();
        if (!self || failure) {
            return;
        }
        self->wire_->writing = false;
        if (self->launcher_->socket().flush().has_value()) {
            self->arm_write();
        }
    };
    wire_->readiness.async_wait(asio::posix::stream_descriptor::wait_write, std::move(ready));
}

void LauncherLink::on_readable() {
    for (;;) {
        auto packet = launcher_->socket().receive();
        if (packet.has_error()) {
            lose(packet.error());
            return;
        }
        if (!packet->has_value()) {
            break;
        }
        dispatch(std::move(**packet));
    }
    arm_read();
}

void LauncherLink::lose(const Error& reason) {
    connected_ = false;
    if (!cells_.empty() || !launches_.empty()) {
        log_.error("launcher_lost", {{"reason", reason.message()}, {"cells", cells_.size()}});
    }
    for (const auto& [id, pending] : launches_) {
        LaunchAnswer answer;
        answer.failed = {id, "launcher", 0, reason.message()};
        pending->set(std::move(answer));
    }
    launches_.clear();
    for (const auto& [id, pending] : claims_) {
        pending->set({id, 0, 0, reason.message()});
    }
    claims_.clear();
    const ExitReport lost;
    for (const auto& [id, exit] : cells_) {
        exit->publish(lost);
    }
    cells_.clear();
    wire_->gone.cancel();
}

void LauncherLink::send(const Request& request) {
    if (!connected_) {
        return;
    }
    // A closed socket shows when it is read, where everything that waits is told.
    if (const auto sent = launcher_->socket().send({encode(request), {}}); sent.has_error()) {
        log_.warn("launcher_send_failed", {{"reason", sent.error().message()}});
    }
    arm_write();
}

void LauncherLink::dispatch(Packet packet) {
    const auto event = decode_event(packet.text);
    if (event.has_error()) {
        log_.error("launcher_malformed", {{"reason", event.error().message()}});
        return;
    }
    std::visit([&](const auto& one) { on(one, packet); }, *event);
}

void LauncherLink::on(const Hello& /*hello*/, Packet& /*packet*/) {}

void LauncherLink::on(const Launched& launched, Packet& packet) {
    const auto found = launches_.find(launched.id);
    if (found == launches_.end()) {
        return;
    }
    LaunchAnswer answer;
    answer.launched = launched;
    answer.descriptors = std::move(packet.descriptors);
    answer.exit = std::make_shared<ExitNews>(executor_);
    cells_[launched.id] = answer.exit;
    const auto pending = std::move(found->second);
    launches_.erase(found);
    if (pending.use_count() == 1) {
        kill(launched.id);  // the flow that asked was cancelled
        return;
    }
    pending->set(std::move(answer));
}

void LauncherLink::on(const LaunchFailed& failed, Packet& /*packet*/) {
    const auto found = launches_.find(failed.id);
    if (found == launches_.end()) {
        return;
    }
    LaunchAnswer answer;
    answer.failed = failed;
    const auto pending = std::move(found->second);
    launches_.erase(found);
    pending->set(std::move(answer));
}

void LauncherLink::on(const Equipped& equipped, Packet& /*packet*/) {
    const auto found = claims_.find(equipped.id);
    if (found != claims_.end()) {
        const auto pending = std::move(found->second);
        claims_.erase(found);
        pending->set(equipped);
    }
}

void LauncherLink::on(const Ended& ended, Packet& /*packet*/) {
    const auto found = cells_.find(ended.id);
    if (found != cells_.end()) {
        found->second->publish(ended.report);
        cells_.erase(found);
    }
    // A claim that the launcher never saw would wait for ever.
    const Equipped gone{ended.id, 0, 0, "the cell has ended"};
    Packet none;
    on(gone, none);
}

void LauncherLink::on(const Notice& notice, Packet& /*packet*/) {
    log_.warn(notice.event, {{"reason", notice.text}});
}

Task<LaunchAnswer> LauncherLink::launch(CellSpec spec) {
    const auto self = shared_from_this();
    const auto pending = std::make_shared<Pending<LaunchAnswer>>(executor_);
    const std::uint64_t id = ++last_id_;
    if (!connected_) {
        LaunchAnswer answer;
        answer.failed = {id, "launcher", 0, "lambent-launcher is gone"};
        co_return answer;
    }
    launches_[id] = pending;
    const Request request = LaunchRequest{id, std::move(spec)};
    send(request);
    while (!pending->answer) {
        co_await wait_for_bell(pending->bell);
    }
    co_return std::move(*pending->answer);
}

LauncherLink::Claim LauncherLink::equip(std::uint64_t id, Equipment what) {
    auto pending = std::make_shared<Pending<Equipped>>(executor_);
    if (connected_) {
        claims_[id] = pending;
        const Request request = EquipRequest{id, std::move(what)};
        send(request);
    } else {
        pending->set({id, 0, 0, "lambent-launcher is gone"});
    }
    return pending;
}

Task<Equipped> LauncherLink::answer(Claim claim) {
    while (!claim->answer) {
        co_await wait_for_bell(claim->bell);
    }
    co_return *claim->answer;
}

void LauncherLink::kill(std::uint64_t id) {
    const Request request = KillRequest{id};
    send(request);
}

Task<> LauncherLink::stop() {
    const auto self = shared_from_this();
    const Request request = StopRequest{};
    send(request);
    while (connected_) {
        co_await wait_for_bell(wire_->gone);
    }
    launcher_->end();
}

}  // namespace lambent::sandbox
