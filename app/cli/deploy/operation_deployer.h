#pragma once

#include "app/cli/client/function_operation_api.h"
#include "app/cli/deploy/deployment.h"

namespace lambent::cli {

// Brings how one function is run (version and alias, concurrency, asynchronous events) to what its
// template says. What the template does not name stays as it is.
class OperationDeployer {
  public:
    explicit OperationDeployer(HttpClient& client) : api_(client) {}

    // After the function itself, which is reached by its alias from here on.
    Result<void> put_alias(const FunctionOperation& wanted, DeployedFunction& deployed);
    // After all functions of the template: one may be told how another's events end.
    Result<void> put_settings(const FunctionOperation& wanted, DeployedFunction& deployed);

  private:
    Result<bool> put_concurrency(const FunctionOperation& wanted, const std::string& function);
    Result<bool> put_events(const FunctionOperation& wanted, const std::string& function);

    FunctionOperationApi api_;
};

}  // namespace lambent::cli
