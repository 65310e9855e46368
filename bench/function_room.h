#pragma once

#include "sandbox/namespace_sandbox.h"
#include "tests/support/environment_room.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace lambent::bench {

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

// The runtime room over real cells, with one function whose handler does nothing: "python", "node",
// "cpp", or "cpp-http", which speaks the Runtime API over HTTP.
class FunctionRoom {
  public:
    static constexpr std::chrono::seconds kPatience{120};

    FunctionRoom(const std::string& language, runtime::StemConfig stems)
        : sandbox_(sandbox::NamespaceSandbox::attach(
              sandbox::LauncherProcess::start(config(state_)).value(),
              loop_.get_executor(),
              Logger::to_stderr(LogLevel::kWarn)
          )) {
        room_.emplace(loop_, *sandbox_, stems);
        runtime::Function& function = room_->function;
        function.name = "empty";
        function.handler = "app.handler";
        function.memory_mb = 512;
        if (language == "python") {
            function.runtime = "python3.11";
            package("app.py", "def handler(event, context):\n    pass\n");
        } else if (language == "node") {
            function.runtime = "nodejs20.x";
            package("app.js", "exports.handler = async () => {};\n");
        } else {
            function.runtime = "provided.al2023";
            package("bootstrap", bytes_of(LAMBENT_CPP_HELLO));
            if (language == "cpp-http") {
                function.environment["OVER_HTTP"] = "1";
            }
        }
    }
    ~FunctionRoom() {
        room_.reset();
        tests::run_flow(loop_, sandbox_->stop(), kPatience);
    }
    FunctionRoom(const FunctionRoom&) = delete;
    FunctionRoom& operator=(const FunctionRoom&) = delete;

    boost::asio::io_context& loop() { return loop_; }
    tests::EnvironmentRoom& room() { return *room_; }
    runtime::SandboxEnvironmentFactory& factory() { return room_->factory; }

    // Until so many stems wait. As many as the pool wants, that is: none is raised then while
    // something is measured.
    void await_stems(std::size_t count) {
        factory().expect(room_->function);
        while (factory().stems_ready(room_->function) < count) {
            loop_.restart();
            loop_.run_for(std::chrono::milliseconds(2));
        }
    }

    void await_empty_cells(std::size_t count) {
        runtime::Function provided = room_->function;
        provided.runtime = "provided.al2023";
        provided.environment.clear();
        while (factory().stems_ready(provided) < count) {
            loop_.restart();
            loop_.run_for(std::chrono::milliseconds(2));
        }
    }

    struct Answered {
        runtime::InitOutcome init;
        runtime::InvokeOutcome outcome;
        std::unique_ptr<runtime::Environment> environment;
    };
    // Starts the function and calls it once.
    static Task<Result<Answered>> start_and_call(
        FunctionRoom& self, runtime::StartFrom from = runtime::StartFrom::kAnything
    ) {
        auto request = self.room_->start_request(std::chrono::seconds(60));
        request.from = from;
        LAMBENT_CO_TRY(auto started, co_await self.factory().start(std::move(request)));
        if (started.environment == nullptr) {
            co_return Error(Code::kInternal, "bench", "init failed: " + started.init.payload);
        }
        auto event = tests::EnvironmentRoom::request("{}", std::chrono::seconds(60));
        LAMBENT_CO_TRY(auto outcome, co_await started.environment->invoke(std::move(event)));
        if (outcome.kind != runtime::OutcomeKind::kSuccess) {
            co_return Error(Code::kInternal, "bench", "no answer: " + outcome.payload);
        }
        Answered answered;
        answered.init = std::move(started.init);
        answered.outcome = std::move(outcome);
        answered.environment = std::move(started.environment);
        co_return answered;
    }
    void close(std::unique_ptr<runtime::Environment> environment) {
        tests::run_flow(loop_, environment->close(), kPatience);
    }

  private:
    static sandbox::SandboxConfig config(const tests::TempDir& state) {
        sandbox::SandboxConfig config;
        config.launcher_path = LAMBENT_LAUNCHER;
        config.state_directory = state.path();
        config.instance = "bench" + state.path().substr(state.path().size() - 6);
        return config;
    }
    void package(const std::string& name, const std::string& bytes) {
        room_->package(tests::ZipBuilder().file(name, bytes, 0755));
    }

    tests::TempDir state_;
    boost::asio::io_context loop_;
    std::unique_ptr<sandbox::NamespaceSandbox> sandbox_;
    std::optional<tests::EnvironmentRoom> room_;
};

inline runtime::StemConfig no_stems() {
    runtime::StemConfig config;
    config.mode = runtime::StemMode::kOff;
    return config;
}

inline runtime::StemConfig fixed_stems(std::uint32_t cells) {
    runtime::StemConfig config;
    config.mode = runtime::StemMode::kFixed;
    config.cells = cells;
    config.memory_budget_bytes = 8ULL << 30;
    return config;
}

[[noreturn]] inline void give_up(const Error& why) {
    std::fprintf(stderr, "bench: %s\n", why.message().c_str());
    std::exit(1);
}

}  // namespace lambent::bench
