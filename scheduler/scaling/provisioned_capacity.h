#pragma once

#include "scheduler/concurrency_settings.h"
#include "scheduler/find_function.h"
#include "scheduler/provisioned_concurrency.h"
#include "scheduler/scaling/scalable_capacity.h"

#include <optional>
#include <string>
#include <string_view>

namespace lambent::scheduler {

// "function:<name>:<qualifier>" in its parts; nothing for anything else.
struct FunctionResource {
    std::string function;
    std::string qualifier;
    static std::optional<FunctionResource> parse(std::string_view resource);
};

// Provisioned concurrency as a capacity that scales. Borrows its parts from the composition root.
class ProvisionedCapacity final : public ScalableCapacity {
  public:
    ProvisionedCapacity(
        ConcurrencySettings& settings,
        ProvisionedConcurrency& provisioned,
        FindFunction find_function
    )
        : settings_(settings),
          provisioned_(provisioned),
          find_function_(std::move(find_function)) {}

    std::optional<std::uint32_t> slots(const std::string& resource) const override;
    Task<Result<void>> set(std::string resource, std::uint32_t slots) override;
    std::optional<double> utilisation(const std::string& resource) override;

  private:
    // The parts of a published version or alias that exists.
    std::optional<FunctionResource> known(const std::string& resource) const;

    ConcurrencySettings& settings_;
    ProvisionedConcurrency& provisioned_;
    FindFunction find_function_;
};

}  // namespace lambent::scheduler
