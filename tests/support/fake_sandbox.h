#pragma once

#include "base/http/server.h"
#include "sandbox/cell.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lambent::tests {

// What a fake cell did and what was done to it; shared by the cell and the test, which plays the
// guest when there is no process.
struct FakeCellState {
    explicit FakeCellState(const boost::asio::any_io_executor& executor)
        : ended(executor, boost::asio::steady_timer::time_point::max()), process(executor) {}

    // The cell ends, once.
    void end(sandbox::ExitReport with) {
        if (!report) {
            report = with;
            output_writer.reset();
            ended.cancel();
        }
    }
    void write(const std::string& text) const {
        if (::write(output_writer.get(), text.data(), text.size()) !=
            static_cast<ssize_t>(text.size())) {
            throw std::runtime_error("the fake cell's output pipe is full");
        }
    }

    sandbox::LaunchTimings timings;
    std::map<std::uint16_t, UniqueFd> listeners;
    std::map<std::uint16_t, std::uint16_t> ports;  // of the cell -> really
    UniqueFd output_reader;
    UniqueFd output_writer;
    UniqueFd channel;        // the daemon's end
    UniqueFd teller;         // of a stem: that end once more
    UniqueFd guest_channel;  // the guest's, blocking; the process's when there is one
    bool is_stem = false;
    std::optional<sandbox::Equipment> equipment;  // what the stem was given
    std::optional<Error> equip_error;
    sandbox::EquipTimings equip_timings;
    std::vector<std::string> calls;  // "freeze", "thaw", "kill", "cpu 72357"
    std::optional<Error> freeze_error;
    std::uint64_t memory_peak_bytes = 40ULL << 20;
    std::optional<sandbox::ExitReport> report;
    boost::asio::steady_timer ended;                // cancelled when the report is there
    boost::asio::posix::stream_descriptor process;  // a pidfd, when there is a process
    bool killed = false;
};

// A Cell without walls: an ordinary child process, or nothing but what the test does.
class FakeCell final : public sandbox::Cell {
  public:
    explicit FakeCell(std::shared_ptr<FakeCellState> state) : state_(std::move(state)) {}
    ~FakeCell() override {
        kill();
        if (state_->process.is_open()) {
            siginfo_t info{};
            ::waitid(P_PIDFD, static_cast<id_t>(state_->process.native_handle()), &info, WEXITED);
            state_->process.close();
        }
    }
    FakeCell(const FakeCell&) = delete;
    FakeCell& operator=(const FakeCell&) = delete;

    const sandbox::LaunchTimings& timings() const override { return state_->timings; }
    UniqueFd take_listener(std::uint16_t port) override {
        return std::move(state_->listeners.at(port));
    }
    UniqueFd take_output() override { return std::move(state_->output_reader); }
    UniqueFd take_channel() override {
        if (state_->is_stem) {
            state_->teller = UniqueFd(::fcntl(state_->channel.get(), F_DUPFD_CLOEXEC, 0));
        }
        return std::move(state_->channel);
    }
    void begin_equip(sandbox::Equipment what) override {
        state_->calls.emplace_back("equip");
        refused_.reset();
        if (!state_->is_stem || state_->equipment) {
            refused_ =
                Error(Code::kConflict, "equip", "only a stem can be equipped, and only once");
        } else if (state_->equip_error) {
            refused_ = state_->equip_error;
        } else {
            const auto size = static_cast<ssize_t>(what.message.size());
            const int teller = state_->teller.get();
            if (::send(teller, what.message.data(), what.message.size(), MSG_NOSIGNAL) != size) {
                throw std::runtime_error("the fake stem's channel is full");
            }
            state_->equipment = std::move(what);
            const auto now = std::chrono::steady_clock::now();
            state_->equip_timings = {now, now, now};
        }
        state_->teller.reset();
    }
    Task<Result<void>> equipped() override {
        co_return refused_ ? Result<void>(*refused_) : Result<void>();
    }
    const sandbox::EquipTimings& equip_timings() const override { return state_->equip_timings; }
    Result<void> set_cpu(sandbox::CpuLimit limit) override {
        state_->calls.push_back("cpu " + std::to_string(limit.micro_cores));
        return {};
    }
    Result<void> freeze() override {
        state_->calls.emplace_back("freeze");
        return state_->freeze_error ? Result<void>(*state_->freeze_error) : Result<void>();
    }
    Result<void> thaw() override {
        state_->calls.emplace_back("thaw");
        return {};
    }
    Result<std::uint64_t> memory_peak_bytes() const override { return state_->memory_peak_bytes; }
    Result<std::chrono::microseconds> cpu_time() const override {
        return std::chrono::microseconds(0);
    }
    void kill() override {
        if (state_->report || state_->killed) {
            return;
        }
        state_->killed = true;
        state_->calls.emplace_back("kill");
        if (state_->process.is_open()) {
            ::syscall(SYS_pidfd_send_signal, state_->process.native_handle(), SIGKILL, nullptr, 0);
            return;
        }
        sandbox::ExitReport killed;
        killed.verdict = sandbox::ExitVerdict::kKilled;
        state_->end(killed);
    }
    Task<sandbox::ExitReport> exited() override {
        const auto state = state_;
        while (!state->report) {
            boost::system::error_code woken;
            co_await state->ended.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, woken)
            );
        }
        co_return *state->report;
    }

  private:
    std::shared_ptr<FakeCellState> state_;
    std::optional<Error> refused_;
};

enum class FakeGuest { kScripted, kProcess };

// Makes fake cells. With kProcess it starts the real program as an ordinary child, with the cell's
// directories and ports replaced by the host's; nothing is isolated or limited.
class FakeSandbox final : public sandbox::Sandbox {
  public:
    FakeSandbox(boost::asio::any_io_executor executor, FakeGuest guest)
        : executor_(std::move(executor)), guest_(guest) {}

    Task<Result<std::unique_ptr<sandbox::Cell>>> launch(sandbox::CellSpec spec) override {
        specs.push_back(spec);
        if (refuse_with) {
            co_return *refuse_with;
        }
        auto state = std::make_shared<FakeCellState>(executor_);
        const auto now = std::chrono::steady_clock::now();
        state->timings = {now, now, now, now};
        for (const std::uint16_t port : spec.listen_ports) {
            state->listeners[port] = http::listen_tcp("127.0.0.1", 0).value();
            state->ports[port] = http::bound_port(state->listeners[port]).value();
        }
        std::array<int, 2> pipe{};
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0 || ::fcntl(pipe[0], F_SETFL, O_NONBLOCK) != 0) {
            throw std::runtime_error("no pipe");
        }
        state->output_reader = UniqueFd(pipe[0]);
        state->output_writer = UniqueFd(pipe[1]);
        state->is_stem = spec.is_stem;
        if (spec.has_channel) {
            open_channel(*state);
        }
        cells.push_back(state);
        if (on_launch) {
            on_launch(*state);
        }
        if (!has_frames) {
            std::erase_if(spec.environment, [](const std::string& line) {
                return line.starts_with("LAMBENT_CHANNEL_FD=");
            });
        }
        if (guest_ == FakeGuest::kProcess) {
            start_process(spec, state);
        }
        co_return std::make_unique<FakeCell>(state);
    }

    std::vector<sandbox::CellSpec> specs;
    std::vector<std::shared_ptr<FakeCellState>> cells;
    std::optional<Error> refuse_with;
    bool has_frames = true;  // else guests are not told of their channel
    std::function<void(FakeCellState&)> on_launch;

  private:
    static void open_channel(FakeCellState& state) {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0 ||
            ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
            throw std::runtime_error("no socket pair");
        }
        state.channel = UniqueFd(ends[0]);
        state.guest_channel = UniqueFd(ends[1]);
    }
    // A path or a list of paths of the cell, as the host has them.
    static std::string on_host(
        std::string text, const sandbox::CellSpec& spec, const FakeCellState& state
    ) {
        for (const sandbox::ReadOnlyBind& bind : spec.binds) {
            replace_all(text, bind.cell_path, bind.host_path);
        }
        for (const auto& [inside, outside] : state.ports) {
            replace_all(
                text, "127.0.0.1:" + std::to_string(inside), "127.0.0.1:" + std::to_string(outside)
            );
        }
        return text;
    }
    static void replace_all(std::string& text, const std::string& from, const std::string& to) {
        for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
            text.replace(at, from.size(), to);
            at += to.size();
        }
    }
    static std::vector<char*> pointers(std::vector<std::string>& words) {
        std::vector<char*> all;
        for (std::string& word : words) {
            all.push_back(word.data());
        }
        all.push_back(nullptr);
        return all;
    }

    static void start_process(
        const sandbox::CellSpec& spec, const std::shared_ptr<FakeCellState>& state
    ) {
        std::vector<std::string> argv;
        std::vector<std::string> environment;
        for (const std::string& word : spec.argv) {
            argv.push_back(on_host(word, spec, *state));
        }
        for (const std::string& line : spec.environment) {
            environment.push_back(on_host(line, spec, *state));
        }
        const std::string directory = on_host(spec.working_directory, spec, *state);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, state->output_writer.get(), 1);
        ::posix_spawn_file_actions_adddup2(&actions, state->output_writer.get(), 2);
        if (state->guest_channel) {
            ::posix_spawn_file_actions_adddup2(
                &actions, state->guest_channel.get(), sandbox::kChannelDescriptor
            );
        }
        pid_t pid = -1;
        const int failed = ::posix_spawn(
            &pid,
            argv.front().c_str(),
            &actions,
            nullptr,
            pointers(argv).data(),
            pointers(environment).data()
        );
        ::posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) {
            throw std::runtime_error("cannot start " + argv.front());
        }
        state->output_writer.reset();
        state->guest_channel.reset();
        state->process.assign(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        auto on_exit = [weak = std::weak_ptr(state)](const boost::system::error_code& error) {
            const auto alive = weak.lock();
            if (alive && !error) {
                reap(*alive);
            }
        };
        state->process.async_wait(boost::asio::posix::stream_descriptor::wait_read, on_exit);
    }

    static void reap(FakeCellState& state) {
        siginfo_t info{};
        ::waitid(P_PIDFD, static_cast<id_t>(state.process.native_handle()), &info, WEXITED);
        state.process.close();
        sandbox::ExitReport report;
        report.memory_peak_bytes = state.memory_peak_bytes;
        if (state.killed) {
            report.verdict = sandbox::ExitVerdict::kKilled;
        } else if (info.si_code == CLD_EXITED) {
            report.verdict = sandbox::ExitVerdict::kExited;
            report.status = info.si_status;
        } else {
            report.verdict = sandbox::ExitVerdict::kSignalled;
            report.signal = info.si_status;
        }
        state.end(report);
    }

    boost::asio::any_io_executor executor_;
    FakeGuest guest_;
};

// A loop with a fake sandbox on it: a base class, so that it is there before what uses it.
struct FakeCells {
    explicit FakeCells(FakeGuest guest) : fake_sandbox(fake_loop.get_executor(), guest) {}
    FakeCellState& cell() { return *fake_sandbox.cells.back(); }

    boost::asio::io_context fake_loop;
    FakeSandbox fake_sandbox;
};

}  // namespace lambent::tests
