#pragma once

#include "base/clock.h"
#include "base/logger.h"
#include "base/unique_fd.h"
#include "runtime/environment/environment.h"
#include "runtime/environment/stems/stem_policy.h"
#include "runtime/functions/package_store.h"
#include "runtime/languages/runtime_catalog.h"
#include "sandbox/cell.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace lambent::runtime {

// What the outside gives an environment whose function may reach the platform's own endpoint.
class PlatformDoor {
  public:
    virtual ~PlatformDoor() = default;
    // An open door; dropping it closes the listener and its connections. The environment keeps it
    // exactly as long as its cell lives.
    class Lease {
      public:
        virtual ~Lease() = default;
    };
    // Serves the platform's API on a listener inside the cell; `function` is who may use it.
    virtual std::unique_ptr<Lease> open(UniqueFd listener, const std::string& function) = 0;
    // The access key and secret that the function signs with.
    virtual std::pair<std::string, std::string> credentials(const std::string& function) = 0;
};

struct EnvironmentConfig {
    std::string region = "us-east-1";
    std::uint16_t platform_port = 4566;  // inside the cell, as outside
    StemConfig stems;
};

// Functions in cells: the real EnvironmentFactory. Takes a stem where one is ready, else boots.
// Borrows everything it is given.
class SandboxEnvironmentFactory final : public EnvironmentFactory {
  public:
    SandboxEnvironmentFactory(
        boost::asio::any_io_executor executor,
        sandbox::Sandbox& sandbox,
        PackageStore& packages,
        const RuntimeCatalog& runtimes,
        PlatformDoor& door,
        EnvironmentConfig config,
        Logger log
    );
    ~SandboxEnvironmentFactory() override;
    Task<Result<StartedEnvironment>> start(StartRequest request) override;

    // A function that may be called soon: stems that can become it are raised in the background.
    void expect(const Function& function);
    // How many stems wait that can become it, and how many there should be.
    std::size_t stems_ready(const Function& function) const;
    std::size_t stems_wanted(const Function& function) const;

    // Ends the stems. Waits until nothing is left of environments that were dropped without being
    // closed. Every environment must have been closed or dropped before.
    Task<> stop();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace lambent::runtime
