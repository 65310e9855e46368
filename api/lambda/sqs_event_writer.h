#pragma once

#include "triggers/sources/message_source.h"

#include <string>
#include <utility>

namespace lambent::api::lambda {

// The event that Lambda gives a function for messages of a queue: {"Records": [...]}.
class SqsEventWriter final : public triggers::BatchEventWriter {
  public:
    explicit SqsEventWriter(std::string region) : region_(std::move(region)) {}

    std::string record(const triggers::ReceivedMessage& message, const std::string& source_arn)
        const override;
    std::string event(const triggers::Batch& batch) const override;

  private:
    const std::string region_;
};

}  // namespace lambent::api::lambda
