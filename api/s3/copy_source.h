#pragma once

#include "api/s3/s3_call.h"
#include "api/s3/s3_errors.h"

namespace lambent::api::s3 {

// x-amz-copy-source: bucket and key, percent-encoded, perhaps with "?versionId=…".
Answer<triggers::ObjectPath> read_copy_source(const S3Call& call);

// What the store answered about the source: a delete marker cannot be copied.
template <class T>
Answer<T> in_source(Result<T> found) {
    if (found.has_error() && found.error().subject() == "marker_version") {
        return invalid_request(
            "The source of a copy request may not specifically refer to a delete marker by "
            "version id."
        );
    }
    return in_s3(std::move(found));
}

void write_source_version(const triggers::ObjectInfo& source, http::Headers& headers);

// x-amz-copy-source-if-*: everything that is not "go on" is a failed precondition.
Answer<void> check_copy_conditions(const S3Call& call, const triggers::ObjectInfo& source);

}  // namespace lambent::api::s3
