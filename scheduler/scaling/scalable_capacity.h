#pragma once

#include "base/async/task.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>

namespace lambent::scheduler {

// What Application Auto Scaling reads and turns: a port, so that its rules are tested without
// functions. Event loop's thread only.
class ScalableCapacity {
  public:
    virtual ~ScalableCapacity() = default;
    // The capacity that is wanted now; nothing when there is no such resource.
    virtual std::optional<std::uint32_t> slots(const std::string& resource) const = 0;
    // Errors are kNotFound, and kInvalidArgument with AWS's sentence.
    virtual Task<Result<void>> set(std::string resource, std::uint32_t slots) = 0;
    // The highest share of the capacity that was in use since this was asked last; nothing when
    // there was no call.
    virtual std::optional<double> utilisation(const std::string& resource) = 0;
};

}  // namespace lambent::scheduler
