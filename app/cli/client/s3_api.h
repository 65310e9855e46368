#pragma once

#include "app/cli/client/http_client.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::cli {

struct ObjectView {
    std::string key;
    std::uint64_t bytes = 0;
};

// "When this happens to an object named like that, invoke the function."
struct NotificationRule {
    std::string id;
    std::string function_arn;
    std::vector<std::string> events;  // "s3:ObjectCreated:*"
    std::string prefix;
    std::string suffix;
};

// The S3 doors of the daemon, path style.
class S3Api {
  public:
    explicit S3Api(HttpClient& client) : client_(client) {}

    Result<bool> has_bucket(const std::string& bucket);
    Result<void> create_bucket(const std::string& bucket);
    Result<void> put(
        const std::string& bucket,
        const std::string& key,
        const std::string& bytes,
        const std::string& content_type
    );
    Result<std::string> get(const std::string& bucket, const std::string& key);
    // Also when there is no such object.
    Result<void> remove(const std::string& bucket, const std::string& key);
    Result<std::vector<ObjectView>> list(const std::string& bucket);
    // Replaces all rules of the bucket.
    Result<void> set_notifications(
        const std::string& bucket, const std::vector<NotificationRule>& rules
    );

  private:
    HttpClient& client_;
};

// The body of PutBucketNotificationConfiguration.
std::string notification_document(const std::vector<NotificationRule>& rules);

}  // namespace lambent::cli
