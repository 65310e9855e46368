#include "api/sqs/queue_url.h"

#include "api/sqs/sqs_errors.h"
#include "runtime/functions/function.h"

namespace lambent::api::sqs {

std::string queue_url(std::string_view origin, std::string_view queue_name) {
    std::string url(origin);
    url.append("/").append(runtime::kAccountId).append("/").append(queue_name);
    return url;
}

// By its path alone, since a client may know this server by another name than we do.
Answer<std::string> read_queue(JsonFields& fields) {
    const auto url = fields.text("QueueUrl");
    if (!url) {
        return missing_parameter("QueueUrl");
    }
    const std::string_view text = *url;
    const std::size_t last = text.rfind('/');
    const std::string before(text.substr(0, last == std::string_view::npos ? 0 : last));
    if (!before.ends_with(std::string("/") + runtime::kAccountId) || text.ends_with('/')) {
        return AwsError(
            404, "InvalidAddress", "The address " + *url + " is not valid for this endpoint."
        );
    }
    return std::string(text.substr(last + 1));
}

}  // namespace lambent::api::sqs
