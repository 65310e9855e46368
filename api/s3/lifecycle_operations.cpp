#include "api/s3/lifecycle_operations.h"

#include "api/s3/body_checks.h"
#include "api/s3/lifecycle_document.h"
#include "api/s3/s3_errors.h"

#include <utility>

namespace lambent::api::s3 {

using triggers::kLifecycleSetting;

Task<Answer<http::Response>> LifecycleOperations::put(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(const auto rules, parse_lifecycle(text));
    auto setting =
        store_.set_setting(call.bucket(), kLifecycleSetting, triggers::encode_lifecycle(rules));
    LAMBENT_CO_TRY(in_s3(co_await std::move(setting)));
    lifecycle_.rules_changed();
    co_return empty_response(200);
}

Task<Answer<http::Response>> LifecycleOperations::get(S3Call call) {
    auto reading = store_.setting(call.bucket(), kLifecycleSetting);
    LAMBENT_CO_TRY(const auto text, in_s3(co_await std::move(reading)));
    if (!text) {
        co_return AwsError(
            404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"
        );
    }
    co_return xml_response(lifecycle_document(triggers::decode_lifecycle(*text)));
}

Task<Answer<http::Response>> LifecycleOperations::erase(S3Call call) {
    auto erasing = store_.erase_setting(call.bucket(), kLifecycleSetting);
    LAMBENT_CO_TRY(in_s3(co_await std::move(erasing)));
    co_return empty_response(204);
}

}  // namespace lambent::api::s3
