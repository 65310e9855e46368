#include "sandbox/launcher/launcher.h"

#include "sandbox/launcher/host_state.h"
#include "sandbox/launcher/warm_files.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace lambent::sandbox {
namespace {

Result<FilterProgram> compiled(std::string_view text) {
    LAMBENT_TRY(const SyscallPolicy policy, SyscallPolicy::parse(text));
    return compile(policy);
}

void reap(const UniqueFd& process) {
    siginfo_t info{};
    ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process.get()), &info, WEXITED);
}

}  // namespace

Launcher::Launcher(
    UniqueFd lock,
    Poller poller,
    std::unique_ptr<CgroupTree> tree,
    Filters filters,
    RootTemplate root,
    const LauncherOptions& options
)
    : lock_(std::move(lock)),
      poller_(std::move(poller)),
      tree_(std::move(tree)),
      filters_(std::move(filters)),
      root_(std::move(root)),
      slots_(*tree_, "cell-", options.slots_ready),
      first_uid_(first_host_uid(options.instance)) {}

Result<std::unique_ptr<Launcher>> Launcher::create(const LauncherOptions& options) {
    if (::geteuid() != 0) {
        return Error(
            Code::kUnauthorised,
            "root",
            "functions run in cells, and only root can build them: start lambent as root"
        );
    }
    LAMBENT_TRY(UniqueFd lock, lock_state(options.state_directory));
    LAMBENT_TRY(leave_host_mounts());
    LAMBENT_TRY(Poller poller, Poller::create());
    LAMBENT_TRY(std::unique_ptr<CgroupTree> tree, CgroupTree::open(options.instance));
    LAMBENT_TRY(tree->sweep());
    Filters filters;
    LAMBENT_TRY(filters.guest, compiled(guest_policy_text()));
    LAMBENT_TRY(filters.init, compiled(init_policy_text()));
    LAMBENT_TRY(const std::string mount_point, make_mount_point(options.state_directory));
    LAMBENT_TRY(RootTemplate root, RootTemplate::build(mount_point));
    std::unique_ptr<Launcher> launcher(new Launcher(
        std::move(lock),
        std::move(poller),
        std::move(tree),
        std::move(filters),
        std::move(root),
        options
    ));
    // One now: a machine on which it fails should say so at the start.
    LAMBENT_TRY(launcher->slots_.make_one_ready());
    LAMBENT_TRY(launcher->start_warming());
    return launcher;
}

Result<void> Launcher::start_warming() {
    LAMBENT_TRY(warming_, warm_runtime_files());
    return poller_.watch(warming_.get(), EPOLLIN, [this] {
        poller_.forget(warming_.get());
        reap(warming_);
        warming_.reset();
    });
}

Result<void> Launcher::run(PacketSocket& socket) {
    socket_ = &socket;
    connected_ = true;
    LAMBENT_TRY(poller_.watch(socket.native(), EPOLLIN, [this] { read_requests(); }));
    bool idle = false;
    while (connected_ && !(stopping_ && cells_.empty() && !socket.wants_write())) {
        LAMBENT_TRY(poller_.run_once(idle ? -1 : 0));
        idle = !chores_.do_one() && !work_ahead();
    }
    return {};
}

// One piece of making slots when nothing else waits; false when there is nothing to do.
bool Launcher::work_ahead() {
    if (stopping_) {
        return false;
    }
    const auto worked = slots_.work_ahead();
    if (worked.has_error()) {
        send(Notice{"slot_failed", worked.error().message()});
        return false;
    }
    return *worked;
}

void Launcher::send(const Event& event, std::vector<UniqueFd> descriptors) {
    if (!connected_) {
        return;
    }
    if (socket_->send({encode(event), std::move(descriptors)}).has_error()) {
        connected_ = false;
        return;
    }
    watch_for_room();
}

void Launcher::watch_for_room() {
    if (socket_->wants_write() != waits_for_room_) {
        waits_for_room_ = !waits_for_room_;
        const std::uint32_t events = waits_for_room_ ? EPOLLIN | EPOLLOUT : EPOLLIN;
        static_cast<void>(poller_.change(socket_->native(), events));
    }
}

void Launcher::read_requests() {
    if (socket_->flush().has_error()) {
        connected_ = false;
        return;
    }
    while (connected_) {
        auto packet = socket_->receive();
        if (packet.has_error()) {
            connected_ = false;
            return;
        }
        if (!packet->has_value()) {
            break;
        }
        auto request = decode_request((*packet)->text);
        if (request.has_error()) {
            send(Notice{"request_refused", request.error().message()});
            continue;
        }
        std::visit([this](auto& one) { handle(std::move(one)); }, *request);
    }
    watch_for_room();
}

void Launcher::handle(LaunchRequest request) {
    const Urgency urgency = request.spec.is_stem ? Urgency::kAhead : Urgency::kAwaited;
    chores_.add(urgency, [this, request = std::move(request)] { launch_or_tell(request); });
}

void Launcher::launch_or_tell(const LaunchRequest& request) {
    const auto launched = stopping_ || cells_.contains(request.id)
                              ? Error(Code::kConflict, "launcher", "the launcher is stopping")
                              : launch(request);
    if (launched.has_error()) {
        send(LaunchFailed{request.id, launched.error().subject(), 0, launched.error().message()});
    }
}

// What was equipped by half must not serve anybody.
void Launcher::handle(const EquipRequest& request) {
    const auto found = cells_.find(request.id);
    if (found == cells_.end() || !found->second->launched()) {
        send(Equipped{request.id, 0, 0, "the cell is gone"});
        return;
    }
    const auto times = found->second->equip(request.what, root_);
    if (times.has_error()) {
        found->second->kill(CellProcess::Reason::kAsked);
        send(Equipped{request.id, 0, 0, times.error().message()});
        return;
    }
    send(Equipped{request.id, times->mounted_ns, times->limited_ns, {}});
    found->second->group().rest();
}

void Launcher::handle(const KillRequest& request) {
    if (const auto found = cells_.find(request.id); found != cells_.end()) {
        found->second->kill(CellProcess::Reason::kAsked);
    }
}

void Launcher::handle(const StopRequest& /*request*/) {
    stopping_ = true;
    kill_all();
}

void Launcher::kill_all() {
    for (const auto& [id, cell] : cells_) {
        cell->kill(CellProcess::Reason::kAsked);
    }
}

Result<void> Launcher::launch(const LaunchRequest& request) {
    LAMBENT_TRY(Slot slot, slots_.take());
    const CellProcess::Ground ground{root_, filters_, first_uid_};
    auto started = CellProcess::start(request.id, request.spec, slot, ground);
    if (started.has_error()) {
        slots_.give_back(std::move(slot));
        return started.error();
    }
    CellProcess& cell = **started;
    cells_[request.id] = std::move(started).value();
    if (const auto watched = watch(cell); watched.has_error()) {
        cell.kill(CellProcess::Reason::kAsked);
        finish(request.id);
        return watched.error();
    }
    return {};
}

Result<void> Launcher::watch(CellProcess& cell) {
    CellProcess* one = &cell;  // forgotten before it goes
    LAMBENT_TRY(poller_.watch(cell.report_descriptor(), EPOLLIN, [this, one] { on_reports(*one); })
    );
    LAMBENT_TRY(poller_.watch(
        cell.group().memory_event(),
        cell.group().memory_event_mask(),
        [this, one] { on_memory_event(*one); }
    ));
    return poller_.watch(cell.exit_descriptor(), EPOLLIN, [this, one] { on_exit(*one); });
}

void Launcher::on_reports(CellProcess& cell) {
    if (!cell.read_reports()) {
        return;
    }
    poller_.forget(cell.report_descriptor());
    cell.close_reports();
    if (!cell.launched()) {
        return;  // it dies of itself, and its end is reported with the reason
    }
    auto descriptors = cell.take_descriptors();
    if (descriptors.has_error()) {
        send(Notice{"controls_failed", descriptors.error().message()});
        cell.kill(CellProcess::Reason::kAsked);
        return;
    }
    send(
        Launched{cell.id(), cell.claimed_ns(), cell.walled_ns(), cell.executed_ns()},
        std::move(descriptors).value()
    );
    if (!cell.may_be_equipped()) {
        cell.group().rest();
    }
}

// One process out of memory is the end of the cell: what the kernel left of it is of no use.
void Launcher::on_memory_event(CellProcess& cell) {
    if (cell.group().ran_out_of_memory()) {
        poller_.forget(cell.group().memory_event());
        cell.kill(CellProcess::Reason::kOutOfMemory);
    }
}

void Launcher::on_exit(CellProcess& cell) {
    if (!cell.launched() && !cell.failure()) {
        on_reports(cell);  // both became ready at once
    }
    poller_.forget(cell.exit_descriptor());
    chores_.add(Urgency::kAwaited, [this, id = cell.id()] { finish(id); });
}

// Waits for the cell's end if it is not there yet.
void Launcher::finish(std::uint64_t id) {
    CellProcess& cell = *cells_.at(id);
    poller_.forget(cell.report_descriptor());
    poller_.forget(cell.exit_descriptor());
    poller_.forget(cell.group().memory_event());
    const ExitReport report = cell.finish();
    const auto failure = cell.failure();
    slots_.give_back(cell.take_slot());
    cells_.erase(id);
    if (failure) {
        send(LaunchFailed{id, to_string(failure->stage), failure->error_number, {}});
    } else {
        send(Ended{id, report});
    }
}

void Launcher::clean_up() {
    connected_ = false;
    chores_.clear();
    kill_all();
    while (!cells_.empty()) {
        finish(cells_.begin()->first);
    }
    slots_.clear();
    if (warming_) {
        ::syscall(SYS_pidfd_send_signal, warming_.get(), SIGKILL, nullptr, 0);
        reap(warming_);
    }
    static_cast<void>(tree_->sweep());
}

}  // namespace lambent::sandbox
