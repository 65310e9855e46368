#include "api/s3/s3_event_writer.h"

#include "api/wire/json.h"
#include "base/http/uri.h"
#include "base/time_format.h"
#include "triggers/objects/notification_match.h"

#include <nlohmann/json.hpp>

namespace lambent::api::s3 {
namespace {

using Json = nlohmann::ordered_json;

Json object_of(const triggers::ObjectEvent& event) {
    Json object;
    object["key"] = event_key(event.object.key);
    // Of a deleted object only its key is told.
    if (event.kind != triggers::ObjectEventKind::kRemovedDelete) {
        object["size"] = event.object.size;
        object["eTag"] = event.object.etag;
    }
    object["sequencer"] = event.sequencer;
    return object;
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
    Json bucket;
    bucket["name"] = event.object.bucket;
    bucket["ownerIdentity"]["principalId"] = config_.account;
    bucket["arn"] = "arn:aws:s3:::" + event.object.bucket;

    Json record;
    record["eventVersion"] = "2.1";
    record["eventSource"] = "aws:s3";
    record["awsRegion"] = config_.region;
    record["eventTime"] = iso8601_ms(event.time);
    record["eventName"] = triggers::event_name(event.kind);
    record["userIdentity"]["principalId"] = event.principal;
    record["requestParameters"]["sourceIPAddress"] = event.source_ip;
    record["responseElements"]["x-amz-request-id"] = event.request_id;
    record["responseElements"]["x-amz-id-2"] = host_id(event.request_id);
    Json& s3 = record["s3"];
    s3["s3SchemaVersion"] = "1.0";
    s3["configurationId"] = rule.id;
    s3["bucket"] = std::move(bucket);
    s3["object"] = object_of(event);

    Json document;
    document["Records"] = Json::array({std::move(record)});
    return dump_json(document);
}

}  // namespace lambent::api::s3
