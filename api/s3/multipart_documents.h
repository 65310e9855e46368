#pragma once

#include "api/s3/s3_call.h"
#include "triggers/objects/multipart_uploads.h"

#include <string>
#include <vector>

namespace lambent::api::s3 {

// The XML of multipart uploads. Pure.
Answer<std::vector<triggers::PartChoice>> parse_completion(
    const std::string& text, triggers::ChecksumKind kind
);
// The query's partNumber.
Answer<int> read_part_number(const S3Call& call);
std::string initiated_document(const triggers::MultipartUpload& upload);
std::string completed_document(const triggers::ObjectInfo& object, const std::string& location);
std::string copied_part_document(const triggers::UploadPart& part, triggers::ChecksumKind kind);
std::string parts_document(
    const triggers::PartPage& page, int after, std::size_t limit, const S3Config& config
);

struct UploadsView {
    triggers::UploadQuery query;
    bool encode = false;  // encoding-type=url
};
std::string uploads_document(
    const triggers::UploadPage& page, const UploadsView& view, const S3Config& config
);

}  // namespace lambent::api::s3
