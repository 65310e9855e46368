#include "app/daemon/bucket_target.h"

#include <string_view>
#include <utility>

namespace lambent::app {

Task<Result<void>> BucketTarget::send(scheduler::TargetMessage message) {
    constexpr std::string_view kBuckets = "arn:aws:s3:::";
    const std::string_view arn = message.target_arn;
    const auto slash = arn.find('/');
    if (!arn.starts_with(kBuckets) || slash == std::string_view::npos) {
        co_return Error(
            Code::kInvalidArgument, "target_arn", message.target_arn + " names no object."
        );
    }
    triggers::ObjectInfo info;
    info.bucket = arn.substr(kBuckets.size(), slash - kBuckets.size());
    info.key = arn.substr(slash + 1);
    info.content_type = "application/json";
    LAMBENT_CO_TRY(auto upload, co_await objects_.begin_upload(info.bucket));
    LAMBENT_CO_TRY(co_await upload->write(std::move(message.body)));
    triggers::Cause cause;
    cause.request_id = std::move(message.id);
    cause.source_ip = "127.0.0.1";
    cause.principal = "lambda.amazonaws.com";
    const auto stored = co_await objects_.commit(
        std::move(upload), std::move(info), triggers::ObjectEventKind::kCreatedPut, std::move(cause)
    );
    co_return stored.has_error() ? Result<void>(stored.error()) : Result<void>();
}

}  // namespace lambent::app
