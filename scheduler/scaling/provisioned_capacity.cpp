#include "scheduler/scaling/provisioned_capacity.h"

#include <algorithm>
#include <utility>

namespace lambent::scheduler {

std::optional<FunctionResource> FunctionResource::parse(std::string_view resource) {
    constexpr std::string_view kKind = "function:";
    if (!resource.starts_with(kKind)) {
        return std::nullopt;
    }
    resource.remove_prefix(kKind.size());
    const std::size_t colon = resource.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == resource.size() ||
        resource.find(':', colon + 1) != std::string_view::npos) {
        return std::nullopt;
    }
    return FunctionResource{
        std::string(resource.substr(0, colon)), std::string(resource.substr(colon + 1))};
}

std::optional<FunctionResource> ProvisionedCapacity::known(const std::string& resource) const {
    const auto named = FunctionResource::parse(resource);
    if (!named) {
        return std::nullopt;
    }
    const runtime::FunctionPtr found = find_function_(named->function + ":" + named->qualifier);
    return found && !found->published_key.empty() ? named : std::nullopt;
}

std::optional<std::uint32_t> ProvisionedCapacity::slots(const std::string& resource) const {
    const auto named = known(resource);
    if (!named) {
        return std::nullopt;
    }
    const auto config = settings_.provisioned(named->function, named->qualifier);
    return config ? config->requested : 0;
}

Task<Result<void>> ProvisionedCapacity::set(std::string resource, std::uint32_t slots) {
    const auto named = known(resource);
    if (!named) {
        co_return Error(Code::kNotFound, "resource", "There is no " + resource + ".");
    }
    if (slots == 0) {
        co_return co_await settings_.unprovision(named->function, named->qualifier);
    }
    LAMBENT_CO_TRY(co_await settings_.provision(named->function, named->qualifier, slots));
    co_return Result<void>();
}

std::optional<double> ProvisionedCapacity::utilisation(const std::string& resource) {
    const auto named = known(resource);
    const auto config =
        named ? settings_.provisioned(named->function, named->qualifier) : std::nullopt;
    return config ? provisioned_.take_utilisation(*config) : std::nullopt;
}

}  // namespace lambent::scheduler
