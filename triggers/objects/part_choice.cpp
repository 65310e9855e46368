#include "triggers/objects/part_choice.h"

#include "base/files/content_hash.h"

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

Error refused(const char* subject, const char* message) {
    return Error(Code::kInvalidArgument, subject, message);
}

std::string from_hex(const std::string& hex) {
    auto digit = [](char c) {
        return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(digit(hex[i]) << 4U | digit(hex[i + 1]));
    }
    return bytes;
}

bool is_meant(const UploadPart& part, const PartChoice& choice) {
    return part.etag == choice.etag &&
           (choice.checksum.empty() || part.checksum == choice.checksum);
}

}  // namespace

Result<std::vector<UploadPart>> choose_parts(
    const std::vector<UploadPart>& stored, const std::vector<PartChoice>& choices
) {
    if (choices.empty()) {
        return refused("parts_missing", "at least one part must be named");
    }
    std::vector<UploadPart> chosen;
    for (const PartChoice& choice : choices) {
        if (!chosen.empty() && chosen.back().number >= choice.number) {
            return refused("part_order", "the parts are not in ascending order");
        }
        const auto found = std::lower_bound(
            stored.begin(),
            stored.end(),
            choice.number,
            [](const UploadPart& part, int number) { return part.number < number; }
        );
        if (found == stored.end() || found->number != choice.number || !is_meant(*found, choice)) {
            return refused("part", "a part was not uploaded, or is another one now");
        }
        if (!chosen.empty() && chosen.back().size < kPartBytesMin) {
            return refused("part_size", "only the last part may be smaller than 5 MiB");
        }
        chosen.push_back(*found);
    }
    return chosen;
}

std::string multipart_etag(const std::vector<UploadPart>& parts) {
    Digest md5(HashKind::kMd5);
    for (const UploadPart& part : parts) {
        md5.update(from_hex(part.etag));
    }
    return to_hex(md5.finish()) + "-" + std::to_string(parts.size());
}

std::string composite_checksum(ChecksumKind kind, const std::vector<UploadPart>& parts) {
    if (kind == ChecksumKind::kNone) {
        return {};
    }
    Checksum checksum(kind);
    for (const UploadPart& part : parts) {
        std::string bytes;
        if (part.checksum.empty() || !from_base64(part.checksum, bytes)) {
            return {};
        }
        checksum.update(bytes);
    }
    return to_base64(checksum.finish()) + "-" + std::to_string(parts.size());
}

}  // namespace lambent::triggers
