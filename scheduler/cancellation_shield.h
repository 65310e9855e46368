#pragma once

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace lambent::scheduler {

// Notes that a flow's caller gave up while the flow must not be interrupted. `filter` is what the
// flow installs as its cancellation filter; `rethrow` ends it afterwards as asio would have. Lives
// in the frame of the flow. Included by bodies only.
class CancellationShield {
  public:
    CancellationShield() = default;
    CancellationShield(const CancellationShield&) = delete;
    CancellationShield& operator=(const CancellationShield&) = delete;

    auto filter() {
        return [noted = &noted_](boost::asio::cancellation_type) {
            *noted = true;
            return boost::asio::cancellation_type::none;
        };
    }
    void rethrow() const {
        if (noted_) {
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
    }

  private:
    bool noted_ = false;
};

}  // namespace lambent::scheduler
