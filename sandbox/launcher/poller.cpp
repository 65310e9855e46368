#include "sandbox/launcher/poller.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace lambent::sandbox {

Result<Poller> Poller::create() {
    UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) {
        return errno_error("epoll_create1", errno);
    }
    return Poller(std::move(epoll));
}

Result<void> Poller::watch(int fd, std::uint32_t events, Ready ready) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        return errno_error("cannot watch a descriptor", errno);
    }
    watched_[fd] = std::make_shared<Ready>(std::move(ready));
    return {};
}

Result<void> Poller::change(int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) {
        return errno_error("cannot watch a descriptor", errno);
    }
    return {};
}

void Poller::forget(int fd) {
    if (watched_.erase(fd) > 0) {
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    }
}

Result<bool> Poller::run_once(int timeout_ms) {
    std::array<epoll_event, 32> ready{};
    const int count =
        ::epoll_wait(epoll_.get(), ready.data(), static_cast<int>(ready.size()), timeout_ms);
    if (count < 0 && errno != EINTR) {
        return errno_error("epoll_wait", errno);
    }
    for (int i = 0; i < count; ++i) {
        const auto found = watched_.find(ready[static_cast<std::size_t>(i)].data.fd);
        if (found != watched_.end()) {
            const std::shared_ptr<Ready> callback = found->second;
            (*callback)();
        }
    }
    return count > 0;
}

}  // namespace lambent::sandbox
