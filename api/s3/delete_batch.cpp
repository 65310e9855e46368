#include "api/s3/body_checks.h"
#include "api/s3/object_operations.h"
#include "api/s3/s3_errors.h"
#include "api/s3/write_condition.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"
#include "triggers/objects/version_id.h"

#include <string>
#include <utility>
#include <vector>

namespace lambent::api::s3 {
namespace {

constexpr std::size_t kBatchKeysMax = 1000;

struct DeleteBatch {
    std::vector<triggers::RemovalEntry> entries;  // to delete
    std::vector<triggers::RemovalEntry> strange;  // whose version cannot be one
    std::vector<triggers::RemovalEntry> denied;   // that a policy forbids
    bool quiet = false;
};

Answer<DeleteBatch> parse_batch(const std::string& text) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node root = child(document, "Delete");
    DeleteBatch batch;
    batch.quiet = text_of(root, "Quiet") == "true";
    const auto objects = children(root, "Object");
    if (objects.empty() || objects.size() > kBatchKeysMax) {
        return malformed_xml();
    }
    for (const pugi::xml_node& object : objects) {
        triggers::RemovalEntry entry;
        entry.key = text_of(object, "Key");
        entry.version = text_of(object, "VersionId");
        if (entry.key.empty()) {
            return malformed_xml();
        }
        if (const std::string etag = text_of(object, "ETag"); !etag.empty()) {
            entry.condition = delete_condition(etag);
        }
        const bool possible = entry.version.empty() || triggers::is_version_id(entry.version);
        (possible ? batch.entries : batch.strange).push_back(std::move(entry));
    }
    return batch;
}

void write_entry_error(XmlWriter& xml, const triggers::RemovalEntry& entry, const AwsError& error) {
    xml.open("Error");
    xml.leaf("Key", entry.key);
    if (!entry.version.empty()) {
        xml.leaf("VersionId", entry.version);
    }
    xml.leaf("Code", error.name());
    xml.leaf("Message", error.message());
    xml.close();
}

void write_deleted(
    XmlWriter& xml, const triggers::RemovalEntry& entry, const triggers::Removed& removed
) {
    using What = triggers::Removed::What;
    xml.open("Deleted");
    xml.leaf("Key", entry.key);
    if (!entry.version.empty()) {
        xml.leaf("VersionId", entry.version);
    }
    if (removed.what == What::kMarkerMade || removed.what == What::kMarkerRemoved) {
        xml.leaf("DeleteMarker", "true");
        xml.leaf("DeleteMarkerVersionId", removed.version);
    }
    xml.close();
}

std::string batch_document(
    const DeleteBatch& batch, const std::vector<Result<triggers::Removed>>& outcomes
) {
    XmlWriter xml;
    xml.open("DeleteResult", kNamespace);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i].has_error()) {
            write_entry_error(xml, batch.entries[i], to_s3(outcomes[i].error()));
        } else if (!batch.quiet) {
            write_deleted(xml, batch.entries[i], *outcomes[i]);
        }
    }
    const AwsError no_version = to_s3(Error(Code::kNotFound, "version", "no such version"));
    for (const triggers::RemovalEntry& entry : batch.strange) {
        write_entry_error(xml, entry, no_version);
    }
    const AwsError forbidden(403, "AccessDenied", "Access Denied");
    for (const triggers::RemovalEntry& entry : batch.denied) {
        write_entry_error(xml, entry, forbidden);
    }
    xml.close();
    return xml.take();
}

}  // namespace

Task<Answer<http::Response>> ObjectOperations::remove_many(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(DeleteBatch batch, parse_batch(text));
    std::vector<triggers::RemovalEntry> wanted = std::move(batch.entries);
    batch.entries.clear();
    for (triggers::RemovalEntry& entry : wanted) {
        const triggers::ObjectPath path{call.bucket(), entry.key, entry.version};
        const auto checked = co_await guard_.check_object(
            call, path, path.version.empty() ? "s3:DeleteObject" : "s3:DeleteObjectVersion"
        );
        (checked.has_value() ? batch.entries : batch.denied).push_back(std::move(entry));
    }
    auto removing = store_.remove_all(call.bucket(), batch.entries, call.cause());
    LAMBENT_CO_TRY(const auto outcomes, in_s3(co_await std::move(removing)));
    co_return xml_response(batch_document(batch, outcomes));
}

}  // namespace lambent::api::s3
