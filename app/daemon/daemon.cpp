#include "app/daemon/daemon.h"

#include "app/daemon/endpoint_file.h"
#include "app/daemon/foundation.h"
#include "app/daemon/house.h"
#include "app/daemon/root_key.h"
#include "app/daemon/stores.h"
#include "base/failpoint.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/prctl.h>

#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace lambent::app {
namespace {

namespace asio = boost::asio;

constexpr int kStopped = 0;
constexpr int kFailed = 3;

// One life of the daemon on its event loop, from the stores to the last cell.
class Life {
  public:
    Life(const DaemonOptions& options, Foundation foundation, Logger log)
        : options_(options),
          foundation_(std::move(foundation)),
          log_(std::move(log)),
          loop_(1),
          stop_asked_(loop_, SIGTERM, SIGINT) {}

    int run() {
        asio::co_spawn(loop_, live(), [this](const std::exception_ptr& failure) {
            if (failure) {
                report(failure);
            }
            loop_.stop();
        });
        loop_.run();
        house_.reset();
        stores_.reset();
        return exit_code_;
    }

  private:
    Task<> live() {
        const Result<void> opened = co_await open();
        if (opened.has_error()) {
            fail("start_failed", opened.error());
        } else {
            co_await serve_until_stopped();
        }
        if (house_) {
            log_.info("stopping");
            co_await house_->close();
        }
        log_.info("stopped");
    }

    Task<Result<void>> open() {
        // From any thread: the disk cannot be trusted any more, so nothing may be acknowledged.
        auto on_fatal = [this](const Error& error) {
            asio::post(loop_, [this, error] {
                fail("storage_failed", error);
                stop_asked_.cancel();
            });
        };
        auto stores = Stores::open(foundation_.directory, clock_, on_fatal);
        if (stores.has_error()) {
            co_return stores.error();
        }
        stores_ = std::move(*stores);
        LAMBENT_CO_TRY(const RootKey key, load_or_make_root_key(foundation_.directory.path()));
        const Ground ground{loop_.get_executor(), options_, clocks(), *stores_, log_};
        house_ = std::make_unique<House>(ground, std::move(foundation_));
        co_return co_await house_->open(key);
    }

    Clocks clocks() {
        if (options_.clock == ClockKind::kManual) {
            stepped_clock_.emplace(loop_.get_executor(), clock_.wall_now());
        }
        return {clock_, stepped_clock_ ? &*stepped_clock_ : nullptr};
    }

    Task<> serve_until_stopped() {
        auto endpoint = house_->serve();
        if (endpoint.has_error()) {
            fail("start_failed", endpoint.error());
            co_return;
        }
        boost::system::error_code interrupted;  // by a storage failure
        auto woken = asio::redirect_error(asio::use_awaitable, interrupted);
        co_await stop_asked_.async_wait(woken);
    }

    void fail(std::string_view event, const Error& error) {
        log_.error(
            event, {{"reason", error.message()}, {"code", std::string(to_string(error.code()))}}
        );
        exit_code_ = kFailed;
    }

    void report(const std::exception_ptr& failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            fail("daemon_failed", Error(Code::kInternal, e.what()));
        }
    }

    const DaemonOptions options_;
    Foundation foundation_;
    Logger log_;
    SystemClock clock_;
    asio::io_context loop_;
    std::optional<SteppedClock> stepped_clock_;  // of triggers
    asio::signal_set stop_asked_;
    std::unique_ptr<Stores> stores_;
    std::unique_ptr<House> house_;  // uses the stores: goes first
    int exit_code_ = kStopped;
};

}  // namespace

int run_daemon(const DaemonOptions& options) {
    // Keys and payloads are in memory: no core file, and no debugger of an equal.
    ::prctl(PR_SET_DUMPABLE, 0);
    arm_failpoint_of_environment();
    Logger log = Logger::to_stderr(options.log_level);
    Result<Foundation> foundation = Foundation::lay(options);
    if (foundation.has_error()) {
        log.error("start_failed", {{"reason", foundation.error().message()}});
        return kFailed;
    }
    return Life(options, std::move(*foundation), std::move(log)).run();
}

}  // namespace lambent::app
