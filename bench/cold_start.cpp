// What a cold start costs from claim to answer, in a full cell, through the runtime room alone: no
// HTTP door, no scheduler, an empty handler. Needs root. Prints one JSON line per language and kind
// of start: medians and 99th percentiles in microseconds, of the whole and of each phase.
//   bench_cold_start [RUNS] [python|node|cpp]...
#include "sandbox/namespace_sandbox.h"
#include "tests/support/environment_room.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace lambent;
using namespace lambent::tests;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int kDefaultRuns = 200;
constexpr int kWarmUp = 10;
constexpr auto kPatience = 60s;
constexpr int kWarmCalls = 20;

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

class Bench {
  public:
    Bench(const std::string& language, runtime::StemMode mode)
        : language_(language),
          sandbox_(sandbox::NamespaceSandbox::attach(
              sandbox::LauncherProcess::start(config(state_)).value(),
              loop_.get_executor(),
              Logger::to_stderr(LogLevel::kWarn)
          )),
          mode_(mode) {
        room_.emplace(loop_, *sandbox_, mode);
        runtime::Function& function = room_->function;
        function.name = "empty";
        function.handler = "app.handler";
        function.memory_mb = 1769;  // a whole processor
        if (language == "python") {
            function.runtime = "python3.11";
            room_->package(ZipBuilder().file("app.py", "def handler(event, context):\n    pass\n"));
        } else if (language == "node") {
            function.runtime = "nodejs20.x";
            room_->package(ZipBuilder().file("app.js", "exports.handler = async () => {};\n"));
        } else {
            function.runtime = "provided.al2023";
            room_->package(ZipBuilder().file("bootstrap", bytes_of(LAMBENT_CPP_HELLO), 0755));
        }
    }
    ~Bench() {
        room_.reset();
        run_flow(loop_, sandbox_->stop(), kPatience);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void run(int runs) {
        for (int number = -kWarmUp; number < runs; ++number) {
            if (number == 0) {
                steps_.clear();
            }
            if (mode_ != runtime::StemMode::kOff) {
                await_stem();
            }
            start_and_call();
        }
        print(runs);
    }

  private:
    static sandbox::SandboxConfig config(const TempDir& state) {
        sandbox::SandboxConfig config;
        config.launcher_path = LAMBENT_LAUNCHER;
        config.state_directory = state.path();
        config.instance = "bench" + state.path().substr(state.path().size() - 6);
        return config;
    }
    // Until as many wait as the pool wants, so that none is raised while a start is measured.
    void await_stem() {
        room_->factory.expect(room_->function);
        while (room_->factory.stems_ready(room_->function) < 2) {
            loop_.restart();
            loop_.run_for(2ms);
        }
    }
    static Task<Result<runtime::InvokeOutcome>> start_and_invoke(
        EnvironmentRoom& room, runtime::InitOutcome& init
    ) {
        auto request = room.start_request(20s);
        LAMBENT_CO_TRY(auto started, co_await room.factory.start(std::move(request)));
        init = std::move(started.init);
        room.environment = std::move(started.environment);
        auto event = EnvironmentRoom::request("{}");
        co_return co_await room.environment->invoke(std::move(event));
    }
    void start_and_call() {
        runtime::InitOutcome init;
        const auto began = Clock::now();
        const auto outcome = run_flow(loop_, start_and_invoke(*room_, init), kPatience);
        const auto answered = Clock::now();
        if (outcome.has_error() || outcome->kind != runtime::OutcomeKind::kSuccess) {
            std::fprintf(stderr, "bench: no answer\n");
            std::exit(1);
        }
        source_ = init.start == runtime::StartKind::kStem ? "stem" : "boot";
        note("claim_until_answer", answered - began);
        note("cell_claim", init.cell_claim);
        note("mount_and_limits", init.mount_and_limits);
        note("runtime_boot", init.runtime_boot);
        note("function_init", init.function_init);
        note("first_handler", outcome->handler);
        for (int call = 0; call < kWarmCalls; ++call) {
            const auto asked = Clock::now();
            room_->invoke("{}");
            note("warm_call", Clock::now() - asked);
        }
        run_flow(loop_, room_->environment->close(), kPatience);
        room_->environment.reset();
    }
    void note(const std::string& step, Clock::duration took) {
        steps_[step].push_back(std::chrono::duration<double, std::micro>(took).count());
    }
    void print(int runs) {
        std::printf(
            "{\"language\":\"%s\",\"source\":\"%s\",\"runs\":%d", language_.c_str(), source_, runs
        );
        for (auto& [step, samples] : steps_) {
            std::sort(samples.begin(), samples.end());
            std::printf(
                ",\"%s\":{\"p50\":%.0f,\"p99\":%.0f}",
                step.c_str(),
                samples[samples.size() / 2],
                samples[samples.size() * 99 / 100]
            );
        }
        std::printf("}\n");
        std::fflush(stdout);
    }

    std::string language_;
    TempDir state_;
    boost::asio::io_context loop_;
    std::unique_ptr<sandbox::NamespaceSandbox> sandbox_;
    runtime::StemMode mode_;
    std::optional<EnvironmentRoom> room_;
    std::map<std::string, std::vector<double>> steps_;
    const char* source_ = "";
};

}  // namespace

int main(int argc, char** argv) {
    const int runs = argc > 1 ? std::atoi(argv[1]) : kDefaultRuns;
    std::vector<std::string> languages(argv + std::min(argc, 2), argv + argc);
    if (languages.empty()) {
        languages = {"cpp", "python", "node"};
    }
    for (const std::string& language : languages) {
        for (const auto mode :
             {lambent::runtime::StemMode::kFixed, lambent::runtime::StemMode::kOff}) {
            Bench(language, mode).run(runs);
        }
    }
}
