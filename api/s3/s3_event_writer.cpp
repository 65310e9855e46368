#include "api/s3/s3_event_writer.h"

#include "api/wire/json.h"
#include "base/http/uri.h"
#include "base/time_format.h"
#include "triggers/objects/notification_match.h"

#include <nlohmann/json.hpp>

namespace lambent::api::s3 {
namespace {

using OrderedJson = nlohmann::ordered_json;

using Kind = triggers::ObjectEventKind;

// What the event bus calls it, and why it happened.
struct BusWords {
    const char* detail_type;
    const char* reason;
    const char* deletion_type;  // null: nothing was deleted
};

BusWords bus_words(Kind kind) {
    switch (kind) {
        case Kind::kCreatedPut:
            return {"Object Created", "PutObject", nullptr};
        case Kind::kCreatedPost:
            return {"Object Created", "POST Object", nullptr};
        case Kind::kCreatedCopy:
            return {"Object Created", "CopyObject", nullptr};
        case Kind::kCreatedMultipart:
            return {"Object Created", "CompleteMultipartUpload", nullptr};
        case Kind::kRemovedDelete:
            return {"Object Deleted", "DeleteObject", "Permanently Deleted"};
        case Kind::kRemovedMarker:
            return {"Object Deleted", "DeleteObject", "Delete Marker Created"};
        case Kind::kTaggingPut:
            return {"Object Tags Added", nullptr, nullptr};
        case Kind::kTaggingDelete:
            return {"Object Tags Deleted", nullptr, nullptr};
        case Kind::kExpiredDelete:
            return {"Object Deleted", "Lifecycle Expiration", "Permanently Deleted"};
        case Kind::kExpiredMarker:
            return {"Object Deleted", "Lifecycle Expiration", "Delete Marker Created"};
    }
    return {"", nullptr, nullptr};
}

bool is_created(Kind kind) {
    return kind <= Kind::kCreatedMultipart;
}

bool is_tagging(Kind kind) {
    return kind == Kind::kTaggingPut || kind == Kind::kTaggingDelete;
}

// The structure has grown: tagging and expiry came with a later edition of it.
const char* edition_of(Kind kind) {
    const bool later =
        is_tagging(kind) || kind == Kind::kExpiredDelete || kind == Kind::kExpiredMarker;
    return later ? "2.3" : "2.1";
}

bool has_version(const triggers::ObjectInfo& object) {
    return !object.version.empty() && object.version != triggers::kNullVersion;
}

OrderedJson object_of(const triggers::ObjectEvent& event) {
    OrderedJson object;
    object["key"] = event_key(event.object.key);
    // Of a deleted object only its name is told.
    if (is_created(event.kind)) {
        object["size"] = event.object.size;
    }
    if (is_created(event.kind) || is_tagging(event.kind)) {
        object["eTag"] = event.object.etag;
    }
    if (has_version(event.object)) {
        object["versionId"] = event.object.version;
    }
    if (!is_tagging(event.kind)) {
        object["sequencer"] = event.sequencer;
    }
    return object;
}

OrderedJson bus_object(const triggers::ObjectEvent& event) {
    OrderedJson object;
    object["key"] = event.object.key;
    if (is_created(event.kind)) {
        object["size"] = event.object.size;
    }
    if (is_created(event.kind) || is_tagging(event.kind)) {
        object["etag"] = event.object.etag;
    }
    if (has_version(event.object)) {
        object["version-id"] = event.object.version;
    }
    if (!is_tagging(event.kind)) {
        object["sequencer"] = event.sequencer;
    }
    return object;
}

std::string bus_detail(const triggers::ObjectEvent& event, const S3Config& config) {
    const BusWords words = bus_words(event.kind);
    OrderedJson detail;
    detail["version"] = "0";
    detail["bucket"]["name"] = event.object.bucket;
    detail["object"] = bus_object(event);
    detail["request-id"] = event.request_id;
    const bool by_service = event.principal == kLifecyclePrincipal;
    detail["requester"] = by_service ? event.principal : config.account;
    if (!by_service) {
        detail["source-ip-address"] = event.source_ip;
    }
    if (words.reason != nullptr) {
        detail["reason"] = words.reason;
    }
    if (words.deletion_type != nullptr) {
        detail["deletion-type"] = words.deletion_type;
    }
    return dump_json(detail);
}

}  // namespace

std::string event_key(const std::string& key) {
    const std::string encoded = http::percent_encode(key, http::Slash::kKeep);
    std::string text;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded.compare(i, 3, "%20") == 0) {
            text += '+';
            i += 2;
        } else {
            text += encoded[i];
        }
    }
    return text;
}

std::string S3EventWriter::document(
    const triggers::NotificationRule& rule, const triggers::ObjectEvent& event
) {
    OrderedJson bucket;
    bucket["name"] = event.object.bucket;
    bucket["ownerIdentity"]["principalId"] = config_.account;
    bucket["arn"] = bucket_arn(event.object.bucket);

    OrderedJson record;
    record["eventVersion"] = edition_of(event.kind);
    record["eventSource"] = "aws:s3";
    record["awsRegion"] = config_.region;
    record["eventTime"] = iso8601_ms(event.time);
    record["eventName"] = triggers::event_name(event.kind);
    record["userIdentity"]["principalId"] = event.principal;
    record["requestParameters"]["sourceIPAddress"] = event.source_ip;
    record["responseElements"]["x-amz-request-id"] = event.request_id;
    record["responseElements"]["x-amz-id-2"] = host_id(event.request_id);
    OrderedJson& s3 = record["s3"];
    s3["s3SchemaVersion"] = "1.0";
    s3["configurationId"] = rule.id;
    s3["bucket"] = std::move(bucket);
    s3["object"] = object_of(event);

    OrderedJson document;
    document["Records"] = OrderedJson::array({std::move(record)});
    return dump_json(document);
}

scheduler::TargetMessage S3EventWriter::message(
    const triggers::NotificationRule& rule, const triggers::ObjectEvent& event
) {
    scheduler::TargetMessage message;
    message.target_arn = rule.target;
    message.source_arn = bucket_arn(event.object.bucket);
    if (rule.kind == triggers::TargetKind::kEventBus) {
        message.source = "aws.s3";
        message.detail_type = bus_words(event.kind).detail_type;
        message.resources = {message.source_arn};
        message.body = bus_detail(event, config_);
    } else {
        message.body = document(rule, event);
    }
    return message;
}

std::string test_event(const std::string& bucket, WallTime now, const std::string& request_id) {
    OrderedJson event;
    event["Service"] = "Amazon S3";
    event["Event"] = "s3:TestEvent";
    event["Time"] = iso8601_ms(now);
    event["Bucket"] = bucket;
    event["RequestId"] = request_id;
    event["HostId"] = host_id(request_id);
    return dump_json(event);
}

std::string bucket_arn(const std::string& bucket) {
    return "arn:aws:s3:::" + bucket;
}

}  // namespace lambent::api::s3
