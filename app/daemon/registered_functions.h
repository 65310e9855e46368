#pragma once

#include "api/s3/notification_document.h"
#include "runtime/functions/function_registry.h"

#include <string>

namespace lambent::app {

// Lets the S3 door ask whether a notification's destination exists.
class RegisteredFunctions final : public api::s3::FunctionLookup {
  public:
    explicit RegisteredFunctions(const runtime::FunctionRegistry& functions)
        : functions_(functions) {}
    bool exists(const std::string& name) const override { return functions_.find(name) != nullptr; }

  private:
    const runtime::FunctionRegistry& functions_;
};

}  // namespace lambent::app
