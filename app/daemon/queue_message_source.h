#pragma once

#include "triggers/queue/queue_service.h"
#include "triggers/sources/message_source.h"

namespace lambent::app {

// Lets event source mappings read the daemon's queues. Borrows the queues.
class QueueMessageSource final : public triggers::MessageSource {
  public:
    explicit QueueMessageSource(triggers::QueueService& queues) : queues_(queues) {}

    std::optional<triggers::SourceFacts> find(const std::string& arn) const override;
    Task<Result<std::vector<triggers::ReceivedMessage>>> receive(
        std::string arn, triggers::ReceiveOptions options
    ) override;
    Task<Result<void>> remove(std::string arn, std::vector<std::string> handles) override;
    Task<Result<void>> let_go(std::string arn, std::vector<std::string> handles) override;

  private:
    triggers::QueueService& queues_;
};

}  // namespace lambent::app
