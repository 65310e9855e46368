#pragma once

#include "base/result.h"
#include "triggers/objects/multipart_uploads.h"

#include <string>
#include <vector>

namespace lambent::triggers {

inline constexpr int kPartNumberMax = 10'000;
inline constexpr std::uint64_t kPartBytesMin = 5ULL << 20;  // of every part but the last

// The stored parts that the client named, in their order. Refuses what S3 refuses: none at all,
// not ascending, unknown or changed parts, and too small ones before the last. Pure.
Result<std::vector<UploadPart>> choose_parts(
    const std::vector<UploadPart>& stored, const std::vector<PartChoice>& choices
);

// "<md5 of the parts' md5s>-<how many>".
std::string multipart_etag(const std::vector<UploadPart>& parts);
// "<base64 of the checksum of the parts' checksums>-<how many>"; empty when a part has none.
std::string composite_checksum(ChecksumKind kind, const std::vector<UploadPart>& parts);

}  // namespace lambent::triggers
