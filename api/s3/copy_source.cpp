#include "api/s3/copy_source.h"

#include "api/s3/preconditions.h"
#include "api/s3/s3_errors.h"
#include "triggers/objects/version_id.h"

#include <utility>

namespace lambent::api::s3 {

Answer<triggers::ObjectPath> read_copy_source(const S3Call& call) {
    constexpr std::string_view kVersion = "?versionId=";
    std::string_view source = call.header("x-amz-copy-source").value_or("");
    triggers::ObjectPath path;
    if (const auto at = source.rfind(kVersion); at != std::string_view::npos) {
        path.version = source.substr(at + kVersion.size());
        source = source.substr(0, at);
        if (!triggers::is_version_id(path.version)) {
            return invalid_argument(
                "Invalid version id specified", "x-amz-copy-source", path.version
            );
        }
    }
    LAMBENT_TRY(Target target, parse_path_target(source));
    if (target.bucket.empty() || target.key.empty()) {
        return invalid_argument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
            "x-amz-copy-source",
            std::string(source)
        );
    }
    path.bucket = std::move(target.bucket);
    path.key = std::move(target.key);
    return path;
}

void write_source_version(const triggers::ObjectInfo& source, http::Headers& headers) {
    if (!source.version.empty()) {
        headers.set("x-amz-copy-source-version-id", source.version);
    }
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
