#include "api/s3/copy_source.h"

#include "api/s3/preconditions.h"
#include "api/s3/s3_errors.h"

#include <utility>

namespace lambent::api::s3 {

Answer<Target> read_copy_source(const S3Call& call) {
    constexpr std::string_view kVersion = "?versionId=";
    std::string_view source = call.header("x-amz-copy-source").value_or("");
    if (const auto version = source.rfind(kVersion); version != std::string_view::npos) {
        if (source.substr(version + kVersion.size()) != "null") {
            return AwsError(404, "NoSuchVersion", "The specified version does not exist.");
        }
        source = source.substr(0, version);
    }
    LAMBENT_TRY(Target target, parse_path_target(source));
    if (target.bucket.empty() || target.key.empty()) {
        return invalid_argument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            "x-amz-copy-source",
            std::string(source)
        );
    }
    return target;
}

Answer<void> check_copy_conditions(const S3Call& call, const triggers::ObjectInfo& source) {
    const Precondition condition = check_preconditions(
        call.request.head.headers, "x-amz-copy-source-", source.etag, source.modified
    );
    if (condition.verdict != Verdict::kPass) {
        return precondition_failed("x-amz-copy-source-" + condition.header);
    }
    return {};
}

}  // namespace lambent::api::s3
