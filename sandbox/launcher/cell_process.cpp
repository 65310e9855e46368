#include "sandbox/launcher/cell_process.h"

#include "sandbox/launcher/cell_init.h"
#include "sandbox/launcher/child_report.h"
#include "sandbox/launcher/mount_tree.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace lambent::sandbox {
namespace {

constexpr int kEmptyRounds = 5'000;

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> make_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return errno_error("cannot make a pipe", errno);
    }
    Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
    ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
    return pipe;
}

// The launcher has one thread and the child runs no code that needs another: a plain copy of it is
// safe. What the libraries would do at fork() is of no use here.
pid_t clone_into_cell(int birth_directory, int& process) {
    clone_args arguments{};
    arguments.flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&process);
    arguments.exit_signal = SIGCHLD;
    if (birth_directory >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<std::uint64_t>(birth_directory);
    }
    return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

Result<UniqueFd> clone_cell(const CellPlan& plan, int birth_directory, const RootTemplate& root) {
    LAMBENT_TRY(root.enter());
    int process = -1;
    const pid_t child = clone_into_cell(birth_directory, process);
    if (child == 0) {
        run_init(plan);
    }
    const int number = errno;
    root.leave();
    if (child < 0) {
        return errno_error("cannot clone a cell", number);
    }
    return UniqueFd(process);
}

// Of the cell whose mount namespace this thread is in.
Result<void> resize_tmp(std::uint64_t bytes) {
    constexpr unsigned long kFlags = MS_REMOUNT | MS_NOSUID | MS_NODEV;
    const std::string size = tmp_size_text(bytes);
    if (::mount(nullptr, "/tmp", nullptr, kFlags, size.c_str()) != 0) {
        return errno_error("cannot set the size of /tmp", errno);
    }
    return {};
}

}  // namespace

Result<std::unique_ptr<CellProcess>> CellProcess::start(
    std::uint64_t id, const CellSpec& spec, Slot& slot, const Ground& ground
) {
    const Precedence precedence = spec.is_stem ? Precedence::kYields : Precedence::kUsual;
    LAMBENT_TRY(slot.group->apply({spec.memory_bytes, spec.processes_max, spec.cpu, precedence}));
    LAMBENT_TRY(
        NetworkSlot::Sockets sockets, slot.network->open(spec.listen_ports, spec.has_channel)
    );
    const std::int64_t claimed_ns = monotonic_ns();
    PreparedPlan prepared(spec, ground.filters, ground.first_uid + 2 * slot.number);
    LAMBENT_TRY(prepared.open_binds(spec.binds));
    LAMBENT_TRY(Pipe output, make_pipe());
    LAMBENT_TRY(Pipe report, make_pipe());
    LAMBENT_TRY(Pipe status, make_pipe());
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    CellPlan& plan = prepared.plan();
    LAMBENT_TRY(const std::vector<UniqueFd> entries, slot.group->open_entries());
    for (const UniqueFd& entry : entries) {
        plan.entry_files.at(plan.entries++) = entry.get();
    }
    plan.network = slot.network->native();
    plan.output = output.write.get();
    plan.channel = sockets.guest_channel.get();
    plan.report = report.write.get();
    plan.status = status.write.get();
    plan.null = null.get();
    prepared.list_kept();
    LAMBENT_TRY(UniqueFd process, clone_cell(plan, slot.group->birth_directory(), ground.root));
    slot.network.reset();  // the cell's processes and sockets keep the namespace from here on
    std::unique_ptr<CellProcess> cell(new CellProcess(id, std::move(slot)));
    cell->process_ = std::move(process);
    cell->report_ = std::move(report.read);
    cell->status_ = std::move(status.read);
    cell->output_ = std::move(output.read);
    sockets.guest_channel.reset();
    cell->sockets_ = std::move(sockets);
    cell->may_be_equipped_ = spec.is_stem;
    cell->tmp_bytes_ = spec.tmp_bytes;
    for (const ReadOnlyBind& bind : spec.binds) {
        cell->used_mount_points_.push_back(bind.cell_path);
    }
    cell->claimed_ns_ = claimed_ns;
    return cell;
}

bool CellProcess::read_reports() {
    for (;;) {
        StageReport line{};
        const ssize_t size = ::read(report_.get(), &line, sizeof(line));
        if (size < 0) {
            return false;  // more may come
        }
        if (size == 0) {
            break;  // the last copy of the pipe's end closed: by exec, or by death
        }
        if (line.stage == Stage::kWalled) {
            walled_ns_ = line.at_ns;
        } else if (!failure_) {
            failure_ = line;
        }
    }
    if (!failure_ && walled_ns_ == 0) {
        failure_ = StageReport{Stage::kInit, ECHILD, monotonic_ns()};
    }
    if (!failure_) {
        executed_ns_ = monotonic_ns();
    }
    return true;
}

Result<std::vector<UniqueFd>> CellProcess::take_descriptors() {
    LAMBENT_TRY(ControlFiles controls, slot_.group->open_controls());
    std::vector<UniqueFd> all;
    all.push_back(std::move(output_));
    for (UniqueFd& file : controls) {
        all.push_back(std::move(file));
    }
    if (sockets_.channel) {
        if (may_be_equipped_) {
            teller_ = UniqueFd(::fcntl(sockets_.channel.get(), F_DUPFD_CLOEXEC, 0));
        }
        all.push_back(std::move(sockets_.channel));
    }
    for (UniqueFd& listener : sockets_.listeners) {
        all.push_back(std::move(listener));
    }
    sockets_.listeners.clear();
    return all;
}

Result<void> CellProcess::check_free(const std::vector<ReadOnlyBind>& binds) const {
    for (const ReadOnlyBind& bind : binds) {
        if (std::find(used_mount_points_.begin(), used_mount_points_.end(), bind.cell_path) !=
            used_mount_points_.end()) {
            return Error(Code::kConflict, "bind", "the stem has a mount on " + bind.cell_path);
        }
    }
    return {};
}

// The mount points are directories of the cells' root, which nobody can write to, and /tmp's own
// root is all that is looked up of it: the guest has no say in where these paths lead.
Result<void> CellProcess::mount_equipment(const Equipment& what, const RootTemplate& root) const {
    std::vector<UniqueFd> trees;
    for (const ReadOnlyBind& bind : what.binds) {
        LAMBENT_TRY(UniqueFd tree, detached_copy(bind.host_path, SubMounts::kLeaveOut));
        trees.push_back(std::move(tree));
    }
    LAMBENT_TRY(const RootTemplate::Visit visit, root.visit(process_));
    for (std::size_t i = 0; i < trees.size(); ++i) {
        LAMBENT_TRY(attach_tree(trees[i], what.binds[i].cell_path));
    }
    return what.tmp_bytes == tmp_bytes_ ? Result<void>() : resize_tmp(what.tmp_bytes);
}

Result<void> CellProcess::tell(const std::string& message) const {
    if (message.empty()) {
        return {};
    }
    const ssize_t sent = ::send(teller_.get(), message.data(), message.size(), MSG_NOSIGNAL);
    if (sent < 0) {
        return errno_error("cannot write to a stem's channel", errno);
    }
    if (static_cast<std::size_t>(sent) != message.size()) {
        return Error(Code::kTooLarge, "equip", "a stem's channel does not take its message");
    }
    return {};
}

Result<CellProcess::EquipTimes> CellProcess::equip(
    const Equipment& what, const RootTemplate& root
) {
    if (!may_be_equipped_) {
        return Error(Code::kConflict, "equip", "only a stem can be equipped, and only once");
    }
    if (killed_) {
        return Error(Code::kConflict, "equip", "the stem was killed");
    }
    LAMBENT_TRY(check_free(what.binds));
    may_be_equipped_ = false;
    EquipTimes times;
    LAMBENT_TRY(mount_equipment(what, root));
    times.mounted_ns = monotonic_ns();
    LAMBENT_TRY(
        slot_.group->apply({what.memory_bytes, what.processes_max, what.cpu, Precedence::kUsual})
    );
    slot_.group->reset_peak();
    times.limited_ns = monotonic_ns();
    LAMBENT_TRY(tell(what.message));
    teller_.reset();
    return times;
}

// First the signal, then the thaw: a frozen guest gets no chance to run in between.
void CellProcess::kill(Reason reason) {
    if (!killed_ || reason == Reason::kOutOfMemory) {
        killed_ = reason;
    }
    ::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0);
    slot_.group->thaw();
}

ExitReport CellProcess::verdict() {
    ExitReport report;
    int status = 0;
    if (slot_.group->ran_out_of_memory() || killed_ == Reason::kOutOfMemory) {
        report.verdict = ExitVerdict::kOutOfMemory;
    } else if (::read(status_.get(), &status, sizeof(status)) == sizeof(status)) {
        const bool exited = WIFEXITED(status);
        report.verdict = exited ? ExitVerdict::kExited : ExitVerdict::kSignalled;
        report.status = exited ? WEXITSTATUS(status) : 0;
        report.signal = exited ? 0 : WTERMSIG(status);
    } else if (killed_) {
        report.verdict = ExitVerdict::kKilled;
    } else {
        report.verdict = ExitVerdict::kSignalled;  // somebody on the host killed its init
        report.signal = SIGKILL;
    }
    return report;
}

// The kernel ends an init only after every process of its namespace is gone; the rounds are for
// what a kernel bug or a future flag might leave.
ExitReport CellProcess::finish() {
    siginfo_t info{};
    ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process_.get()), &info, WEXITED);
    for (int round = 0; round < kEmptyRounds && !slot_.group->kill_members(); ++round) {
        ::sched_yield();
    }
    ExitReport report = verdict();
    const CellUsage usage = slot_.group->usage();
    report.memory_peak_bytes = usage.memory_peak_bytes;
    report.cpu_time = usage.cpu_time;
    return report;
}

}  // namespace lambent::sandbox
