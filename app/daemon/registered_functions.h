#pragma once

#include "api/s3/notification_document.h"
#include "runtime/functions/qualified_functions.h"

#include <string>

namespace lambent::app {

// Lets the S3 door ask whether a notification's destination exists.
class RegisteredFunctions final : public api::s3::FunctionLookup {
  public:
    explicit RegisteredFunctions(runtime::QualifiedFunctions& functions) : functions_(functions) {}
    bool exists(const std::string& name) const override { return functions_.find(name) != nullptr; }

  private:
    runtime::QualifiedFunctions& functions_;
};

}  // namespace lambent::app
