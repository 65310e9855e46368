#include "base/http/server.h"

#include "base/async/task_scope.h"
#include "base/http/connection.h"
#include "base/http/file_reader.h"
#include "base/http/listener.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <list>
#include <utility>
#include <vector>

namespace lambent::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kPauseWithoutRoom{20};
constexpr std::uint32_t kRoomShare = 64;     // of all connections, that idle ones make room for
constexpr std::chrono::seconds kIdleMin{1};  // a newcomer's request may still be on its way

Task<> pause(asio::any_io_executor executor) {
    asio::steady_timer timer(executor, kPauseWithoutRoom);
    co_await timer.async_wait(asio::use_awaitable);
}

// How often deadlines are looked at: often enough to be late by a quarter of the shortest.
milliseconds sweep_period(const ServerConfig& config) {
    const milliseconds shortest =
        std::min({config.head_timeout, config.idle_timeout, config.body_timeout});
    return std::max(shortest / 4, milliseconds(5));
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
    State(asio::any_io_executor ex, ServerConfig settings, Handler& serves, Logger logger)
        : executor(ex),
          config(settings),
          handler(serves),
          log(logger),
          scope(ex, std::move(logger)),
          changed(ex),
          sweeper(ex) {}

    struct Member {
        Connection* connection;
        const Listener* listener;
    };

    void listen(const std::shared_ptr<Listener>& listener);
    Task<> accept_all(std::shared_ptr<State> self, std::shared_ptr<Listener> listener);
    Task<> serve(std::shared_ptr<State> self, std::shared_ptr<Listener> listener, Accepted client);
    Task<> sweep(std::shared_ptr<State> self);
    Task<> wait_for_change(milliseconds at_most);
    void joined();
    void left(std::list<Member>::iterator member);
    void close(const Listener& listener);
    void make_room();

    asio::any_io_executor executor;
    ServerConfig config;
    Handler& handler;
    Logger log;
    FileReader files;
    TaskScope scope;
    std::list<std::shared_ptr<Listener>> listeners;  // each also held by the flow that accepts
    std::list<Member> members;
    asio::steady_timer changed;  // cancelled when a connection ends
    asio::steady_timer sweeper;
    bool is_sweeping = false;
    bool is_stopping = false;
};

void Server::State::listen(const std::shared_ptr<Listener>& listener) {
    if (is_stopping) {
        return;
    }
    listeners.push_back(listener);
    scope.spawn("accept", accept_all(shared_from_this(), listener));
}

// `self` and `listener` are parameters so that the flow's frame keeps them alive.
Task<> Server::State::accept_all(std::shared_ptr<State> self, std::shared_ptr<Listener> listener) {
    bool has_room = true;
    while (!listener->is_closed()) {
        auto accepted = co_await listener->accept();
        if (accepted.has_value()) {
            has_room = true;
            while (members.size() >= config.connections_max && !listener->is_closed()) {
                make_room();
                co_await pause(executor);
            }
            scope.spawn("connection", serve(self, listener, std::move(*accepted)));
        } else if (accepted.error().code() != Code::kNotFound) {
            if (std::exchange(has_room, false)) {
                log.warn("accept_failed", {{"reason", accepted.error().message()}});
            }
            make_room();
            co_await pause(executor);
        }
    }
    listeners.remove(listener);
}

Task<> Server::State::serve(
    std::shared_ptr<State> self, std::shared_ptr<Listener> listener, Accepted client
) {
    const Surroundings around{config, handler, log, files};
    const TlsContext* const tls = listener->tls();
    Origin origin{std::move(client.peer), listener->entrance(), tls != nullptr};
    std::unique_ptr<TlsSession> session;
    if (tls != nullptr) {
        session = tls->accept(client.connection.get());
        if (session == nullptr) {
            co_return;
        }
    }
    Connection connection(
        executor, around, std::move(client.connection), std::move(session), std::move(origin)
    );
    const auto place = members.insert(members.end(), Member{&connection, listener.get()});
    struct Leave {
        State& state;
        std::list<Member>::iterator place;
        ~Leave() { state.left(place); }
    };
    const Leave leave{*self, place};
    joined();
    if (is_stopping || listener->is_closed()) {
        co_return;
    }
    co_await connection.run();
}

void Server::State::joined() {
    if (!is_sweeping) {
        is_sweeping = true;
        scope.spawn("sweep", sweep(shared_from_this()));
    }
}

void Server::State::left(std::list<Member>::iterator member) {
    members.erase(member);
    changed.cancel();
    if (members.empty()) {
        sweeper.cancel();
    }
}

Task<> Server::State::sweep(std::shared_ptr<State> self) {
    const milliseconds period = sweep_period(self->config);
    while (!members.empty()) {
        sweeper.expires_after(period);
        error_code woken;
        co_await sweeper.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const SteadyTime now = std::chrono::steady_clock::now();
        for (const Member& member : members) {
            member.connection->expire(now);
        }
    }
    is_sweeping = false;
}

Task<> Server::State::wait_for_change(milliseconds at_most) {
    changed.expires_after(at_most);
    error_code woken;
    co_await changed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

void Server::State::close(const Listener& listener) {
    for (const auto& open : listeners) {
        if (open.get() == &listener) {
            open->close();
        }
    }
    for (const Member& member : members) {
        if (member.listener == &listener) {
            member.connection->cut();
        }
    }
}

// Some at once, so that a crowd of newcomers does not mean a look at all members for each; of few
// idle ones at most half.
void Server::State::make_room() {
    const SteadyTime taken_until =
        std::chrono::steady_clock::now() - kIdleMin + config.idle_timeout;
    std::size_t idle_count = 0;
    std::vector<std::pair<SteadyTime, Connection*>> idle;  // for long enough
    for (const Member& member : members) {
        const SteadyTime until = member.connection->idle_until();
        idle_count += until != SteadyTime::max() ? 1 : 0;
        if (until <= taken_until) {
            idle.emplace_back(until, member.connection);
        }
    }
    const std::size_t share = std::max<std::size_t>(1, config.connections_max / kRoomShare);
    const std::size_t wanted = std::min({share, (idle_count + 1) / 2, idle.size()});
    const auto end = idle.begin() + static_cast<std::ptrdiff_t>(wanted);
    std::partial_sort(idle.begin(), end, idle.end());
    for (auto one = idle.begin(); one != end; ++one) {
        one->second->finish();
    }
}

Server::Server(asio::any_io_executor executor, ServerConfig config, Handler& handler, Logger log)
    : state_(std::make_shared<State>(std::move(executor), config, handler, std::move(log))) {}

Server::~Server() {
    LAMBENT_ASSERT(state_->scope.running() == 0);
}

void Server::accept_on(
    UniqueFd listener, std::string entrance, std::shared_ptr<const TlsContext> tls
) {
    state_->listen(std::make_shared<Listener>(
        state_->executor, std::move(listener), std::move(entrance), std::move(tls)
    ));
}

std::unique_ptr<Server::Door> Server::open_door(UniqueFd listener, std::string entrance) {
    struct OpenDoor final : Door {
        ~OpenDoor() override {
            if (const auto alive = state.lock()) {
                alive->close(*listener);
            }
        }
        std::weak_ptr<State> state;
        std::shared_ptr<Listener> listener;  // also held by the flow that accepts on it
    };
    auto door = std::make_unique<OpenDoor>();
    door->state = state_;
    door->listener =
        std::make_shared<Listener>(state_->executor, std::move(listener), std::move(entrance));
    state_->listen(door->listener);
    return door;
}

Task<> Server::stop(milliseconds drain) {
    const auto state = state_;
    state->is_stopping = true;
    const auto listeners = state->listeners;
    for (const auto& listener : listeners) {
        listener->close();
    }
    for (const State::Member& member : state->members) {
        member.connection->finish();
    }
    const SteadyTime end = std::chrono::steady_clock::now() + drain;
    while (!state->members.empty()) {
        const auto left =
            std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            break;
        }
        co_await state->wait_for_change(left);
    }
    co_await state->scope.cancel_and_join();
}

std::size_t Server::connections() const {
    return state_->members.size();
}

}  // namespace lambent::http
