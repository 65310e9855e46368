#include "triggers/objects/blob_pins.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace lambent::triggers {

struct BlobPins::Entry {
    int pins = 0;
    // Set while the file is being removed; cancelled when that has ended. Shared with the flows
    // that wait on it.
    std::shared_ptr<boost::asio::steady_timer> removal;
    bool removing = false;
    // A removal was refused since the first pin, or since this removal began.
    bool refused = false;
};

BlobPins::BlobPins() = default;
BlobPins::~BlobPins() = default;

BlobPins::Pin::Pin(Pin&& other) noexcept
    : pins_(std::exchange(other.pins_, nullptr)), blob_(std::move(other.blob_)) {}

BlobPins::Pin& BlobPins::Pin::operator=(Pin&& other) noexcept {
    std::swap(pins_, other.pins_);
    std::swap(blob_, other.blob_);
    return *this;
}

BlobPins::Pin::~Pin() {
    give_back();
}

bool BlobPins::Pin::give_back() {
    BlobPins* const pins = std::exchange(pins_, nullptr);
    if (pins == nullptr) {
        return false;
    }
    const auto found = pins->entries_.find(blob_);
    if (--found->second->pins > 0) {
        return false;
    }
    const bool refused = found->second->refused;
    pins->entries_.erase(found);
    return refused;
}

Task<BlobPins::Pin> BlobPins::pin(std::string blob) {
    for (;;) {
        const auto found = entries_.find(blob);
        if (found == entries_.end() || !found->second->removing) {
            break;
        }
        Entry& entry = *found->second;
        if (!entry.removal) {
            const auto executor = co_await boost::asio::this_coro::executor;
            entry.removal = std::make_shared<boost::asio::steady_timer>(
                executor, boost::asio::steady_timer::time_point::max()
            );
        }
        const auto removal = entry.removal;
        boost::system::error_code woken;
        co_await removal->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken)
        );
    }
    auto& entry = entries_[blob];
    if (!entry) {
        entry = std::make_unique<Entry>();
    }
    ++entry->pins;
    co_return Pin(this, std::move(blob));
}

bool BlobPins::unpin(Pin pin) {
    return pin.give_back();
}

bool BlobPins::begin_removal(const std::string& blob) {
    auto& entry = entries_[blob];
    if (entry) {
        entry->refused = true;
        return false;
    }
    entry = std::make_unique<Entry>();
    entry->removing = true;
    return true;
}

bool BlobPins::end_removal(const std::string& blob) {
    const auto found = entries_.find(blob);
    if (std::exchange(found->second->refused, false)) {
        return true;
    }
    if (found->second->removal) {
        found->second->removal->cancel();
    }
    entries_.erase(found);
    return false;
}

}  // namespace lambent::triggers
