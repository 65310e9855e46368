#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lambent::cli {

using TopicTexts = std::map<std::string, std::string>;  // attributes as SNS names and writes them

// The topics of the daemon, in SNS's own API (the Query protocol).
class SnsApi {
  public:
    explicit SnsApi(HttpClient& client) : client_(client) {}

    // Of a topic by its ARN; nothing when there is none.
    Result<std::optional<TopicTexts>> attributes(const std::string& arn);
    Result<void> create(const std::string& name, const TopicTexts& attributes);
    Result<void> set(const std::string& arn, const std::string& name, const std::string& value);

    struct Wanted {
        std::string topic_arn;
        std::string protocol;
        std::string endpoint;
    };
    // The ARN of the subscription of that endpoint; nothing when there is none.
    Result<std::optional<std::string>> find(const Wanted& wanted);
    Result<void> subscribe(const Wanted& wanted, const TopicTexts& attributes);
    Result<TopicTexts> subscription_attributes(const std::string& arn);
    Result<void> set_subscription(
        const std::string& arn, const std::string& name, const std::string& value
    );

  private:
    using Form = std::vector<std::pair<std::string, std::string>>;
    Result<HttpReply> ask(const std::string& action, Form form);
    Result<TopicTexts> ask_attributes(const std::string& action, Form form);

    HttpClient& client_;
};

}  // namespace lambent::cli
