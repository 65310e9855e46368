#include "app/cli/demo/demo_daemon.h"

#include "app/cli/client/platform_api.h"
#include "app/cli/package/program.h"
#include "app/cli/surroundings.h"

#include <boost/process.hpp>
#include <boost/process/extend.hpp>

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>

namespace lambent::cli {
namespace {
namespace bp = boost::process;
namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kStartLimit{30};
constexpr std::chrono::seconds kStopLimit{20};
constexpr std::chrono::milliseconds kPause{5};

std::string end_of_log(const fs::path& log) {
    std::ifstream file(log, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    return last_lines(text, 12);
}

}  // namespace

struct DemoDaemon::Child {
    bp::child process;
};

DemoDaemon::DemoDaemon(std::unique_ptr<Child> child) : child_(std::move(child)) {}
DemoDaemon::DemoDaemon(DemoDaemon&&) noexcept = default;
DemoDaemon& DemoDaemon::operator=(DemoDaemon&&) noexcept = default;

DemoDaemon::~DemoDaemon() {
    if (child_) {
        stop();
    }
}

Result<DemoDaemon> DemoDaemon::start(const fs::path& data_directory) {
    const auto begin = steady_clock::now();
    // Beside the data directory, which belongs to the daemon alone.
    const fs::path log = data_directory.string() + ".log";
    auto child = std::make_unique<Child>();
    try {
        fs::create_directories(data_directory.parent_path());
        child->process = bp::child(
            bp::exe = surroundings::own_program(),
            bp::args =
                std::vector<std::string>{"up", "--port", "0", "--data", data_directory.string()},
            bp::std_in<bp::null, (bp::std_out & bp::std_err)> log.string(),
            bp::extend::on_exec_setup = [](auto&) { ::prctl(PR_SET_PDEATHSIG, SIGTERM); }
        );
    } catch (const std::system_error& failure) {
        return Error(Code::kUnavailable, std::string("cannot start the daemon: ") + failure.what());
    }
    DemoDaemon daemon(std::move(child));
    while (steady_clock::now() - begin < kStartLimit) {
        std::error_code failure;
        if (!daemon.child_->process.running(failure)) {
            break;
        }
        if (auto endpoint = find_endpoint(data_directory.string()); endpoint.has_value()) {
            HttpClient client(*endpoint);
            if (PlatformApi(client).healthy()) {
                daemon.endpoint_ = *std::move(endpoint);
                daemon.start_time_ = std::chrono::duration_cast<std::chrono::milliseconds>(
                    steady_clock::now() - begin
                );
                return daemon;
            }
        }
        std::this_thread::sleep_for(kPause);
    }
    return Error(
        Code::kUnavailable,
        "the daemon did not come up — lambent doctor may say why; the end of its log:\n" +
            end_of_log(log)
    );
}

int DemoDaemon::stop() {
    const auto child = std::move(child_);
    std::error_code failure;
    if (child->process.running(failure)) {
        ::kill(child->process.id(), SIGTERM);
        const auto begin = steady_clock::now();
        while (child->process.running(failure) && steady_clock::now() - begin < kStopLimit) {
            std::this_thread::sleep_for(kPause);
        }
        if (child->process.running(failure)) {
            child->process.terminate(failure);
        }
    }
    child->process.wait(failure);
    return child->process.exit_code();
}

}  // namespace lambent::cli
