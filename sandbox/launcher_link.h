#pragma once

#include "base/async/task.h"
#include "base/logger.h"
#include "sandbox/cgroups/cell_controls.h"
#include "sandbox/exit_report.h"
#include "sandbox/started_launcher.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace lambent::sandbox {

// How a cell ended, for any number of flows that wait for it. Event loop's thread only.
class ExitNews {
  public:
    explicit ExitNews(const boost::asio::any_io_executor& executor);
    ~ExitNews();
    ExitNews(const ExitNews&) = delete;
    ExitNews& operator=(const ExitNews&) = delete;

    void publish(const ExitReport& report);
    const std::optional<ExitReport>& known() const { return report_; }
    // Owned by the cell, the link, and each flow that waits.
    static Task<ExitReport> wait(std::shared_ptr<ExitNews> news);

  private:
    struct Bell;
    std::unique_ptr<Bell> bell_;
    std::optional<ExitReport> report_;
};

// What the launcher answered to a LaunchRequest.
struct LaunchAnswer {
    std::optional<Launched> launched;  // else failed
    LaunchFailed failed;
    std::vector<UniqueFd> descriptors;
    std::shared_ptr<ExitNews> exit;  // shared by the cell and the link
};

// The daemon's end of the launcher's socket on the event loop: numbers the cells, matches answers
// to requests, spreads the news of ends. When the launcher goes away every cell is lost and every
// waiting launch fails. Shared by the sandbox and its cells; event loop's thread only.
class LauncherLink : public std::enable_shared_from_this<LauncherLink> {
  public:
    LauncherLink(
        std::unique_ptr<StartedLauncher> launcher, boost::asio::any_io_executor executor, Logger log
    );
    ~LauncherLink();
    LauncherLink(const LauncherLink&) = delete;
    LauncherLink& operator=(const LauncherLink&) = delete;

    void start_reading();
    CgroupDialect dialect() const { return launcher_->dialect(); }
    const boost::asio::any_io_executor& executor() const { return executor_; }

    template <class Answer>
    struct Pending;
    // What the launcher answers to an EquipRequest; shared by the link and who awaits it, once.
    using Claim = std::shared_ptr<Pending<Equipped>>;

    Task<LaunchAnswer> launch(CellSpec spec);
    Claim equip(std::uint64_t id, Equipment what);
    static Task<Equipped> answer(Claim claim);
    void kill(std::uint64_t id);
    // Asks the launcher to end everything and waits until it closed its end.
    Task<> stop();

  private:
    struct Wire;  // the asio side of the socket
    template <class Answer>
    using PendingById =  // each shared with the flow that waits
        std::map<std::uint64_t, std::shared_ptr<Pending<Answer>>>;

    void arm_read();
    void arm_write();
    void on_readable();
    void lose(const Error& reason);
    void send(const Request& request);
    void dispatch(Packet packet);
    void on(const Hello& hello, Packet& packet);
    void on(const Launched& launched, Packet& packet);
    void on(const LaunchFailed& failed, Packet& packet);
    void on(const Equipped& equipped, Packet& packet);
    void on(const Ended& ended, Packet& packet);
    void on(const Notice& notice, Packet& packet);

    std::unique_ptr<StartedLauncher> launcher_;
    boost::asio::any_io_executor executor_;
    Logger log_;
    std::unique_ptr<Wire> wire_;
    PendingById<LaunchAnswer> launches_;
    PendingById<Equipped> claims_;
    std::map<std::uint64_t, std::shared_ptr<ExitNews>> cells_;
    std::uint64_t last_id_ = 0;
    bool connected_ = true;
};

}  // namespace lambent::sandbox
