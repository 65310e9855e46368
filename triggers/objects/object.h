#pragma once

#include "base/clock.h"
#include "triggers/objects/checksum.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// What a bucket does with what is overwritten or deleted. Once it was enabled it can be suspended,
// and is never "never" again.
enum class Versioning { kNever, kEnabled, kSuspended };

struct Bucket {
    std::string name;
    WallTime created;
    Versioning versioning = Versioning::kNever;
};

inline constexpr char kNullVersion[] = "null";  // of what was written while versioning was off

// One part of an object that arrived in several.
struct ObjectPart {
    std::uint64_t size = 0;
    std::string checksum;  // base64; empty when none
    friend bool operator==(const ObjectPart&, const ObjectPart&) = default;
};

enum class EntryKind { kObject, kDeleteMarker };

// One stored object, or one version of it, without its bytes.
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
    std::string blob;      // hex SHA-256: names the file; empty of a delete marker
    std::map<std::string, std::string> tags = {};
    // Where the parts of a multipart upload ended; empty for others, and in listings.
    std::vector<ObjectPart> parts = {};
    // Empty in what a bucket answers that was never versioned.
    std::string version = {};
    std::int64_t sequence = 0;  // orders the versions of a key; 0 before versioning began
    EntryKind entry = EntryKind::kObject;

    bool is_marker() const { return entry == EntryKind::kDeleteMarker; }
};

// Where a bucket's events go.
enum class TargetKind { kFunction, kQueue, kTopic, kEventBus };

// Which events of a bucket go where. A rule for the event bus takes all events the bus knows and
// has no filters.
struct NotificationRule {
    std::string id;
    std::string target;               // a function's name, or an ARN
    std::vector<std::string> events;  // "s3:ObjectCreated:*", …
    std::string prefix;
    std::string suffix;
    TargetKind kind = TargetKind::kFunction;
};

enum class ObjectEventKind {
    kCreatedPut,
    kCreatedPost,
    kCreatedCopy,
    kCreatedMultipart,
    kRemovedDelete,
    kRemovedMarker,
    kTaggingPut,
    kTaggingDelete,
    kExpiredDelete,
    kExpiredMarker,
};

struct ObjectEvent {
    ObjectEventKind kind = ObjectEventKind::kCreatedPut;
    ObjectInfo object;
    WallTime time;
    std::string sequencer;   // increasing per key
    std::string request_id;  // of the request that caused it
    std::string source_ip;
    std::string principal;
    std::string trace_header = {};  // X-Amzn-Trace-Id
};

}  // namespace lambent::triggers
