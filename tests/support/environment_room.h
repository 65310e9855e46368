#pragma once

#include "base/async/offload.h"
#include "base/async/task_scope.h"
#include "base/http/server.h"
#include "runtime/environment/sandbox_environment_factory.h"
#include "runtime/functions/package_store.h"
#include "runtime/languages/runtime_catalog.h"
#include "tests/support/fake_environment.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zip_builder.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// A door to nowhere that remembers for whom it was opened.
class FakeDoor final : public runtime::PlatformDoor {
  public:
    std::unique_ptr<Lease> open(UniqueFd listener, const std::string& function) override {
        struct Open final : Lease {
            explicit Open(FakeDoor& at) : door(at) { ++door.open_now; }
            ~Open() override { --door.open_now; }
            Open(const Open&) = delete;
            Open& operator=(const Open&) = delete;
            FakeDoor& door;
            UniqueFd socket;
        };
        opened_for.push_back(function);
        auto lease = std::make_unique<Open>(*this);
        lease->socket = std::move(listener);
        return lease;
    }
    std::pair<std::string, std::string> credentials(const std::string& function) override {
        return {"AKIA" + function, "secret of " + function};
    }

    std::vector<std::string> opened_for;
    int open_now = 0;
};

// A factory of environments with everything it needs, over any sandbox.
class EnvironmentRoom {
  public:
    EnvironmentRoom(
        boost::asio::io_context& on,
        sandbox::Sandbox& over,
        runtime::StemMode stems = runtime::StemMode::kOff
    )
        : EnvironmentRoom(on, over, stems_of(stems)) {}
    EnvironmentRoom(
        boost::asio::io_context& on, sandbox::Sandbox& over, const runtime::StemConfig& stems
    )
        : loop(on),
          workers_(1),
          packages_(directory_.path(), runtime::PackageLimits(), workers_),
          catalog_(runtime::RuntimeCatalog::discover(LAMBENT_SUPPORT_DIRECTORY)),
          log(std::make_shared<FakeLogStream>("2026/01/01/[$LATEST]0123")),
          factory(
              loop.get_executor(),
              over,
              packages_,
              catalog_,
              door,
              config(stems),
              Logger::to_stderr(LogLevel::kWarn)
          ) {}
    ~EnvironmentRoom() {
        if (environment != nullptr) {
            run_flow(loop, environment->close());
        }
        run_flow(loop, factory.stop());
    }
    EnvironmentRoom(const EnvironmentRoom&) = delete;
    EnvironmentRoom& operator=(const EnvironmentRoom&) = delete;

    static runtime::StemConfig stems_of(runtime::StemMode mode) {
        runtime::StemConfig stems;
        stems.mode = mode;
        return stems;
    }
    static runtime::EnvironmentConfig config(const runtime::StemConfig& stems) {
        runtime::EnvironmentConfig with;
        with.stems = stems;
        return with;
    }
    // Stores `zip` as the function's package.
    void package(ZipBuilder zip) {
        auto stored = run_flow(loop, packages_.put(zip.build()));
        function.package_sha256 = stored.value().sha256;
    }
    // As if an earlier life of the daemon had stored it: this one has yet to check it.
    void package_of_earlier_life(ZipBuilder zip) {
        runtime::PackageStore earlier(directory_.path(), runtime::PackageLimits(), workers_);
        auto stored = run_flow(loop, earlier.put(zip.build()));
        function.package_sha256 = stored.value().sha256;
    }
    runtime::StartRequest start_request(std::chrono::milliseconds limit) const {
        runtime::StartRequest request;
        request.function = std::make_shared<const runtime::Function>(function);
        request.init_deadline = std::chrono::steady_clock::now() + limit;
        request.log = log;
        request.request_id = "init-request";
        return request;
    }
    Task<Result<runtime::StartedEnvironment>> start_flow(
        std::chrono::milliseconds limit = std::chrono::minutes(1)
    ) {
        co_return co_await factory.start(start_request(limit));
    }
    // Boots; keeps the environment if there is one.
    runtime::InitOutcome start(std::chrono::milliseconds limit = std::chrono::minutes(1)) {
        auto started = run_flow(loop, start_flow(limit));
        environment = std::move(started.value().environment);
        return std::move(started.value().init);
    }
    static runtime::InvokeRequest request(
        std::string payload, std::chrono::milliseconds limit = std::chrono::minutes(1)
    ) {
        runtime::InvokeRequest request;
        request.request_id = "request-1";
        request.payload = std::move(payload);
        request.deadline = std::chrono::steady_clock::now() + limit;
        request.deadline_wall = std::chrono::system_clock::now() + limit;
        return request;
    }
    runtime::InvokeOutcome invoke(
        std::string payload, std::chrono::milliseconds limit = std::chrono::minutes(1)
    ) {
        auto request_now = request(std::move(payload), limit);
        return run_flow(loop, environment->invoke(std::move(request_now))).value();
    }
    std::string all_lines() const {
        std::string all;
        for (const std::string& line : log->lines) {
            all += line + "\n";
        }
        return all;
    }

    boost::asio::io_context& loop;

  private:
    TempDir directory_;
    WorkerPool workers_;
    runtime::PackageStore packages_;
    runtime::RuntimeCatalog catalog_;

  public:
    FakeDoor door;
    std::shared_ptr<FakeLogStream> log;  // shared with the environments
    runtime::Function function;
    runtime::SandboxEnvironmentFactory factory;
    std::unique_ptr<runtime::Environment> environment;
};

}  // namespace lambent::tests
