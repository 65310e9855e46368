#pragma once

#include "base/clock.h"
#include "triggers/objects/checksum.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

struct Bucket {
    std::string name;
    WallTime created;
};

// One stored object, without its bytes.
struct ObjectInfo {
    std::string bucket;
    std::string key;
    std::uint64_t size = 0;
    std::string etag;  // hex MD5, without quotes; "<hex>-<parts>" after a multipart upload
    WallTime modified;
    std::string content_type;
    std::map<std::string, std::string> headers;  // Cache-Control and the like, as given
    std::map<std::string, std::string>
        metadata;  // x-amz-meta-*, names in lower case without prefix
    ChecksumKind checksum_kind = ChecksumKind::kNone;  // what the client asked to have kept
    std::string checksum;  // base64, "<base64>-<parts>" when composed of parts'; empty when none
    std::string blob;      // hex SHA-256: names the file
};

// Which events of a bucket invoke which function.
struct NotificationRule {
    std::string id;
    std::string function;             // a bare function name
    std::vector<std::string> events;  // "s3:ObjectCreated:*", …
    std::string prefix;
    std::string suffix;
};

enum class ObjectEventKind { kCreatedPut, kCreatedCopy, kCreatedMultipart, kRemovedDelete };

struct ObjectEvent {
    ObjectEventKind kind = ObjectEventKind::kCreatedPut;
    ObjectInfo object;
    WallTime time;
    std::string sequencer;   // increasing per key
    std::string request_id;  // of the request that caused it
    std::string source_ip;
    std::string principal;
};

}  // namespace lambent::triggers
