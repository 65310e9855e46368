#include "api/s3/write_condition.h"

#include "api/s3/preconditions.h"
#include "api/s3/s3_errors.h"

namespace lambent::api::s3 {

Answer<triggers::WriteCondition> read_write_condition(const S3Call& call) {
    using Kind = triggers::WriteCondition::Kind;
    const auto none_match = call.header("If-None-Match");
    const auto match = call.header("If-Match");
    if (none_match && (match || *none_match != "*")) {
        return not_implemented("If-None-Match");
    }
    triggers::WriteCondition condition;
    if (none_match) {
        condition.kind = Kind::kAbsent;
    } else if (match) {
        condition.kind = Kind::kEtag;
        condition.etag = bare_etag(*match);
    }
    return condition;
}

Answer<triggers::WriteCondition> read_delete_condition(const S3Call& call) {
    if (call.header("If-None-Match")) {
        return not_implemented("If-None-Match");
    }
    const auto match = call.header("If-Match");
    return match ? delete_condition(*match) : triggers::WriteCondition();
}

triggers::WriteCondition delete_condition(std::string_view etag) {
    using Kind = triggers::WriteCondition::Kind;
    triggers::WriteCondition condition;
    condition.kind = etag == "*" ? Kind::kPresent : Kind::kEtag;
    condition.etag = bare_etag(etag);
    return condition;
}

}  // namespace lambent::api::s3
