// What launching a stem and claiming it costs in the sandbox alone: no runtime room, no HTTP, a
// guest that is a shell utility. Needs root. Prints one JSON line per step.
//   bench_stem_claim LAUNCHER [RUNS] [OTHERS]
// OTHERS is how many further stems wait frozen meanwhile. At the end a hundred cells are asked for
// at once, and stems are claimed while the launcher makes them.
#include "base/logger.h"
#include "sandbox/namespace_sandbox.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace lambent::sandbox;
using lambent::UniqueFd;
using lambent::tests::run_flow;
using lambent::tests::TempDir;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kDefaultRuns = 300;
constexpr int kWarmUp = 10;
constexpr std::size_t kBurst = 100;
constexpr int kClaimsInBurst = 20;
constexpr int kPatienceMs = 20'000;

class Bench {
  public:
    explicit Bench(const std::string& launcher) {
        std::filesystem::permissions(code_.path(), std::filesystem::perms(0755));
        SandboxConfig config;
        config.launcher_path = launcher;
        config.state_directory = state_.path();
        config.instance = "bench" + std::filesystem::path(state_.path()).filename().string();
        sandbox_ = NamespaceSandbox::attach(
            LauncherProcess::start(config).value(),
            loop_.get_executor(),
            lambent::Logger::to_stderr(lambent::LogLevel::kWarn)
        );
    }
    ~Bench() {
        others_.clear();
        run_flow(loop_, sandbox_->stop());
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void add_other() { others_.push_back(waiting_stem().cell); }

    void run_once() {
        Stem stem = waiting_stem();
        const LaunchTimings& launch = stem.cell->timings();
        note("launch", launch.requested, stem.launched);
        note("launch_in_launcher", launch.requested, launch.executed);

        const auto begin = Clock::now();
        run_flow(loop_, stem.cell->equip(equipment())).value();
        const auto equipped = Clock::now();
        echo(stem.channel);
        const auto answered = Clock::now();

        const EquipTimings& at = stem.cell->equip_timings();
        note("equip", begin, equipped);
        note("equip_until_mounted", at.requested, at.mounted);
        note("equip_limits", at.mounted, at.limited);
        note("equip_answer", at.limited, equipped);
        note("claim_until_answer", begin, answered);
        const auto kill = Clock::now();
        stem.cell->kill();
        run_flow(loop_, stem.cell->exited());
        note("kill_until_gone", kill, Clock::now());
    }

    void burst() {
        std::vector<Stem> stems;
        for (int i = 0; i < kClaimsInBurst; ++i) {
            stems.push_back(waiting_stem());
        }
        std::vector<std::unique_ptr<Cell>> cells;
        const auto begin = Clock::now();
        auto keep = [&](const std::exception_ptr& thrown, Launching launched) {
            if (!thrown) {
                note("burst_launch", begin, Clock::now());
                cells.push_back(std::move(launched).value());
            }
        };
        for (std::size_t i = 0; i < kBurst; ++i) {
            boost::asio::co_spawn(loop_, sandbox_->launch(cell_spec()), keep);
        }
        for (const Stem& stem : stems) {
            const auto claimed = Clock::now();
            run_flow(loop_, stem.cell->equip(equipment())).value();
            note("burst_equip", claimed, Clock::now());
            echo(stem.channel);
            note("burst_claim", claimed, Clock::now());
        }
        loop_.restart();
        while (cells.size() < kBurst) {
            loop_.run_one();
        }
    }

    void forget() { steps_.clear(); }
    void print(std::size_t others) {
        for (auto& [step, times] : steps_) {
            std::sort(times.begin(), times.end());
            const std::size_t count = times.size();
            std::printf(
                "{\"bench\":\"stem_claim\",\"step\":\"%s\",\"others\":%zu,\"runs\":%zu,"
                "\"min_us\":%.1f,\"median_us\":%.1f,\"p90_us\":%.1f,\"p99_us\":%.1f}\n",
                step.c_str(),
                others,
                count,
                times.front(),
                times[count / 2],
                times[count * 90 / 100],
                times[count * 99 / 100]
            );
        }
    }

  private:
    using Launching = lambent::Result<std::unique_ptr<Cell>>;
    struct Stem {
        std::unique_ptr<Cell> cell;
        UniqueFd channel;
        Clock::time_point launched;
    };

    Equipment equipment() const {
        Equipment what;
        what.binds = {{code_.path(), "/var/task"}};
        what.cpu = {500'000};
        return what;
    }

    static CellSpec cell_spec() {
        CellSpec spec;
        spec.label = "stem";
        spec.argv = {"/bin/sh", "-c", "exec cat <&3 >&3"};
        spec.environment = {"PATH=/usr/bin"};
        spec.working_directory = "/";
        spec.listen_ports = {9001};
        spec.has_channel = true;
        return spec;
    }

    Stem waiting_stem() {
        CellSpec spec = cell_spec();
        spec.is_stem = true;
        Stem stem;
        stem.cell = run_flow(loop_, sandbox_->launch(spec)).value();
        stem.launched = Clock::now();
        stem.channel = stem.cell->take_channel();
        echo(stem.channel);
        stem.cell->freeze().value();
        return stem;
    }

    static void echo(const UniqueFd& channel) {
        char byte = 'x';
        pollfd readable{channel.get(), POLLIN, 0};
        if (::send(channel.get(), &byte, 1, MSG_NOSIGNAL) != 1 ||
            ::poll(&readable, 1, kPatienceMs) != 1 || ::recv(channel.get(), &byte, 1, 0) != 1) {
            throw std::runtime_error("the stem does not answer");
        }
    }

    void note(const char* step, Clock::time_point from, Clock::time_point to) {
        steps_[step].push_back(std::chrono::duration<double, std::micro>(to - from).count());
    }

    TempDir state_;
    TempDir code_;
    boost::asio::io_context loop_;
    std::unique_ptr<NamespaceSandbox> sandbox_;
    std::vector<std::unique_ptr<Cell>> others_;
    std::map<std::string, std::vector<double>> steps_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: bench_stem_claim LAUNCHER [RUNS] [OTHERS]\n", stderr);
        return 2;
    }
    const std::size_t runs = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : kDefaultRuns;
    const std::size_t others = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
    Bench bench(argv[1]);
    for (std::size_t i = 0; i < others; ++i) {
        bench.add_other();
    }
    for (int i = 0; i < kWarmUp; ++i) {
        bench.run_once();
    }
    bench.forget();
    for (std::size_t i = 0; i < runs; ++i) {
        bench.run_once();
    }
    bench.burst();
    bench.print(others);
    return 0;
}
