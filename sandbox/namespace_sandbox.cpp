#include "sandbox/namespace_sandbox.h"

#include "sandbox/launcher_link.h"
#include "sandbox/namespace_cell.h"

#include <system_error>

namespace lambent::sandbox {
namespace {

// A program that cannot be started, or a directory that is not there, is the guest's fault.
Error launch_error(const LaunchFailed& failed) {
    const bool guests = failed.stage == "exec" || failed.stage == "working_directory";
    std::string message = failed.message;
    if (message.empty()) {
        message = failed.stage + ": " + std::generic_category().message(failed.error_number);
    }
    return Error(
        guests ? Code::kInvalidArgument : Code::kInternal, failed.stage, std::move(message)
    );
}

class LinkedSandbox final : public NamespaceSandbox {
  public:
    explicit LinkedSandbox(std::shared_ptr<LauncherLink> link) : link_(std::move(link)) {}

    Task<Result<std::unique_ptr<Cell>>> launch(CellSpec spec) override {
        const SteadyTime requested = std::chrono::steady_clock::now();
        const auto link = link_;
        LAMBENT_CO_TRY(validate(spec));
        LaunchAnswer answer = co_await link->launch(spec);
        if (!answer.launched) {
            co_return launch_error(answer.failed);
        }
        co_return NamespaceCell::make(link, spec, requested, std::move(answer));
    }

    Task<> stop() override {
        const auto link = link_;
        co_await link->stop();
    }

  private:
    std::shared_ptr<LauncherLink> link_;  // with its cells
};

}  // namespace

std::unique_ptr<NamespaceSandbox> NamespaceSandbox::attach(
    std::unique_ptr<LauncherProcess> launcher, boost::asio::any_io_executor executor, Logger log
) {
    auto* started = dynamic_cast<StartedLauncher*>(launcher.get());
    LAMBENT_ASSERT(started != nullptr);
    static_cast<void>(launcher.release());
    auto link = std::make_shared<LauncherLink>(
        std::unique_ptr<StartedLauncher>(started), std::move(executor), std::move(log)
    );
    link->start_reading();
    return std::make_unique<LinkedSandbox>(std::move(link));
}

}  // namespace lambent::sandbox
