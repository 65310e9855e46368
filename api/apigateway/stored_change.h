#pragma once

#include "api/apigateway/gateway_fields.h"
#include "base/async/task.h"
#include "triggers/gateway/api_store.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace lambent::api::apigateway {

// Changes a stored API by what `change` makes of it, or refuses with what `change` says.
template <class Api>
Task<Answer<void>> change_stored(
    triggers::ApiStore<Api>& apis, std::string id, std::function<Answer<void>(Api& api)> change
) {
    std::optional<AwsError> refused;
    typename triggers::ApiStore<Api>::Change apply = [&](Api& api) -> Result<void> {
        const Answer<void> changed = change(api);
        if (changed.has_error()) {
            refused = changed.error();
            return Error(Code::kInvalidArgument, "refused");
        }
        return {};
    };
    const Result<void> updated = co_await apis.update(std::move(id), std::move(apply));
    if (refused) {
        co_return *refused;
    }
    if (updated.has_error()) {
        co_return from_error(updated.error());
    }
    co_return Answer<void>();
}

}  // namespace lambent::api::apigateway
