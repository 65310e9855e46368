#include "sandbox/started_launcher.h"

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/io.hpp>
#include <boost/process/posix.hpp>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <exception>

namespace lambent::sandbox {
namespace {

namespace process = boost::process;

constexpr int kLauncherSocket = 3;
constexpr int kHelloTimeoutMs = 30'000;  // a former life may still be cleaning up
constexpr int kEndTimeoutMs = 30'000;

}  // namespace

struct StartedLauncher::Child {
    process::child process;
};

StartedLauncher::StartedLauncher() : child_(std::make_unique<Child>()) {}

StartedLauncher::~StartedLauncher() {
    end();
}

Result<std::unique_ptr<StartedLauncher>> StartedLauncher::start(const SandboxConfig& config) {
    LAMBENT_TRY(auto ends, PacketSocket::pair());
    std::unique_ptr<StartedLauncher> launcher(new StartedLauncher());
    launcher->socket_ = std::move(ends.first);
    const std::vector<std::string> arguments{
        "--socket",
        std::to_string(kLauncherSocket),
        "--state",
        config.state_directory,
        "--instance",
        config.instance,
        "--slots",
        std::to_string(config.slots_ready)};
    try {
        launcher->child_->process = process::child(
            process::exe = config.launcher_path,
            process::args = arguments,
            process::environment(),
            process::std_in < process::null,
            process::posix::fd.bind(kLauncherSocket, ends.second.native())
        );
    } catch (const std::exception& e) {
        return Error(
            Code::kUnavailable, "launcher", "cannot start " + config.launcher_path + ": " + e.what()
        );
    }
    ends.second = PacketSocket();  // its only owner is the launcher now
    LAMBENT_TRY(launcher->await_hello());
    return launcher;
}

Result<void> StartedLauncher::await_hello() {
    pollfd readable{socket_.native(), POLLIN, 0};
    if (::poll(&readable, 1, kHelloTimeoutMs) <= 0) {
        return Error(Code::kDeadline, "launcher", "lambent-launcher does not answer");
    }
    LAMBENT_TRY(const std::optional<Packet> packet, socket_.receive());
    if (!packet) {
        return Error(Code::kInternal, "launcher", "lambent-launcher says nothing");
    }
    LAMBENT_TRY(const Event event, decode_event(packet->text));
    const auto* hello = std::get_if<Hello>(&event);
    if (hello == nullptr) {
        return Error(Code::kInternal, "launcher", "lambent-launcher does not say hello");
    }
    if (!hello->problem.empty()) {
        return Error(Code::kUnavailable, "launcher", hello->problem);
    }
    dialect_ = hello->dialect;
    return {};
}

void StartedLauncher::end() {
    socket_ = PacketSocket();
    if (!child_->process.valid()) {
        return;
    }
    // Not wait_for: Boost.Process forks a second child to measure the time with.
    const UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, child_->process.id(), 0)));
    pollfd readable{ended.get(), POLLIN, 0};
    std::error_code failure;
    if (::poll(&readable, 1, kEndTimeoutMs) <= 0) {
        child_->process.terminate(failure);
    }
    child_->process.wait(failure);
    child_->process = process::child();
}

Result<std::unique_ptr<LauncherProcess>> LauncherProcess::start(const SandboxConfig& config) {
    LAMBENT_TRY(std::unique_ptr<LauncherProcess> launcher, StartedLauncher::start(config));
    return launcher;
}

}  // namespace lambent::sandbox
