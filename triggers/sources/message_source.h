#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "triggers/queue/queue.h"
#include "triggers/sources/batch.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

struct SourceFacts {
    bool is_fifo = false;
    std::chrono::seconds visibility{30};
};

// The queues that mappings read from: a port, so that pollers are tested without queues. Event
// loop's thread only.
class MessageSource {
  public:
    virtual ~MessageSource() = default;
    virtual std::optional<SourceFacts> find(const std::string& arn) const = 0;
    virtual Task<Result<std::vector<ReceivedMessage>>> receive(
        std::string arn, ReceiveOptions options
    ) = 0;
    // Any number of messages; those of older deliveries are passed over.
    virtual Task<Result<void>> remove(std::string arn, std::vector<std::string> handles) = 0;
    // Lets them be received again at once.
    virtual Task<Result<void>> let_go(std::string arn, std::vector<std::string> handles) = 0;
};

// Writes the event of a batch. The wire format is the door's business (api/lambda).
class BatchEventWriter {
  public:
    virtual ~BatchEventWriter() = default;
    // One message as the event shows it: a JSON object whose member "body" is the message's text.
    virtual std::string record(const ReceivedMessage& message, const std::string& source_arn)
        const = 0;
    virtual std::string event(const Batch& batch) const = 0;
};

}  // namespace lambent::triggers
