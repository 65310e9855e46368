#pragma once

#include "base/result.h"
#include "sandbox/launcher/cell_process.h"
#include "sandbox/launcher/chores.h"
#include "sandbox/launcher/poller.h"
#include "sandbox/launcher/root_template.h"
#include "sandbox/launcher/slot_pool.h"
#include "sandbox/protocol/messages.h"
#include "sandbox/protocol/packet_socket.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace lambent::sandbox {

struct LauncherOptions {
    int socket = 3;
    std::string state_directory;
    std::string instance;
    std::uint32_t slots_ready = 4;
};

// The only privileged part of the system: makes cells as it is told over its socket, waits for
// them, ends them, reads what they used and removes them. One thread: claims and kills are served
// as they are read, everything slower is a chore. When the socket closes, for whatever reason, it
// ends all cells, removes everything and returns from `run`.
class Launcher {
  public:
    // What a former life of the same instance left is gone when this returns.
    static Result<std::unique_ptr<Launcher>> create(const LauncherOptions& options);

    CgroupDialect dialect() const { return tree_->dialect(); }
    Result<void> run(PacketSocket& socket);
    // Ends what runs and removes this instance's control groups.
    void clean_up();

  private:
    Launcher(
        UniqueFd lock,
        Poller poller,
        std::unique_ptr<CgroupTree> tree,
        Filters filters,
        RootTemplate root,
        const LauncherOptions& options
    );

    Result<void> start_warming();
    void read_requests();
    bool work_ahead();
    void handle(LaunchRequest request);
    void handle(const EquipRequest& request);
    void handle(const KillRequest& request);
    void handle(const StopRequest& request);
    void launch_or_tell(const LaunchRequest& request);
    Result<void> launch(const LaunchRequest& request);
    Result<void> watch(CellProcess& cell);
    void on_reports(CellProcess& cell);
    void on_memory_event(CellProcess& cell);
    void on_exit(CellProcess& cell);
    void finish(std::uint64_t id);
    void kill_all();
    void watch_for_room();
    void send(const Event& event, std::vector<UniqueFd> descriptors = {});

    UniqueFd lock_;
    UniqueFd warming_;  // the child that reads files ahead
    Poller poller_;
    std::unique_ptr<CgroupTree> tree_;
    Filters filters_;
    RootTemplate root_;
    SlotPool slots_;
    Chores chores_;
    uid_t first_uid_;
    PacketSocket* socket_ = nullptr;  // while `run` runs
    std::map<std::uint64_t, std::unique_ptr<CellProcess>> cells_;
    bool connected_ = false;
    bool waits_for_room_ = false;  // the socket is watched for being writable
    bool stopping_ = false;
};

}  // namespace lambent::sandbox
