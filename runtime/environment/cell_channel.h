#pragma once

#include "base/logger.h"
#include "base/unique_fd.h"
#include "runtime/environment/conversation.h"
#include "runtime/environment/frame_wire.h"
#include "runtime/environment/runtime_api.h"
#include "runtime/environment/runtime_channel.h"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace lambent::runtime {

// One conversation on the wires that a cell offers: the Runtime API over HTTP, frames over the
// inherited socket, or both, and then the guest chooses. Owned by its environment; event loop's
// thread only.
class CellChannel final : public RuntimeChannel {
  public:
    CellChannel(boost::asio::any_io_executor executor, const Logger& log)
        : executor_(std::move(executor)), log_(log), talk_(executor_) {}

    void serve_http(UniqueFd listener) {
        http_.emplace(executor_, std::move(listener), talk_, log_);
    }
    void serve_frames(UniqueFd socket) {
        frames_.emplace(executor_, std::move(socket), talk_, log_);
    }
    FrameWire& frames() { return *frames_; }

    void on_broken(std::function<void()> report) override {
        if (frames_) {
            frames_->on_broken(std::move(report));
        }
    }
    Task<GuestInit> initialised() override { return talk_.initialised(); }
    Task<GuestAnswer> exchange(ChannelEvent event) override {
        return talk_.exchange(std::move(event));
    }
    EnvironmentFsm::Action end(EnvironmentFsm::Event why) override { return talk_.end(why); }
    Task<> close() override;

  private:
    boost::asio::any_io_executor executor_;
    Logger log_;
    Conversation talk_;
    std::optional<RuntimeApi> http_;
    std::optional<FrameWire> frames_;
};

}  // namespace lambent::runtime
