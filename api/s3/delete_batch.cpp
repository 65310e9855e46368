#include "api/s3/body_checks.h"
#include "api/s3/object_operations.h"
#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"

#include <string>
#include <utility>
#include <vector>

namespace lambent::api::s3 {
namespace {

constexpr std::size_t kBatchKeysMax = 1000;

struct DeleteBatch {
    std::vector<std::string> keys;      // to delete
    std::vector<std::string> versions;  // keys asked for in a version that cannot exist here
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
        std::string key = text_of(object, "Key");
        if (key.empty()) {
            return malformed_xml();
        }
        const std::string version = text_of(object, "VersionId");
        const bool possible = version.empty() || version == "null";
        (possible ? batch.keys : batch.versions).push_back(std::move(key));
    }
    return batch;
}

std::string batch_document(const DeleteBatch& batch) {
    XmlWriter xml;
    xml.open("DeleteResult", kNamespace);
    for (const std::string& key : batch.keys) {
        if (!batch.quiet) {
            xml.open("Deleted");
            xml.leaf("Key", key);
            xml.close();
        }
    }
    for (const std::string& key : batch.versions) {
        xml.open("Error");
        xml.leaf("Key", key);
        xml.leaf("Code", "NoSuchVersion");
        xml.leaf("Message", "The specified version does not exist.");
        xml.close();
    }
    xml.close();
    return xml.take();
}

}  // namespace

Task<Answer<http::Response>> ObjectOperations::remove_many(S3Call call) {
    LAMBENT_CO_TRY(BodyChecks checks, read_body_checks(call));
    auto receiving = receive_document(*call.body, std::move(checks));
    LAMBENT_CO_TRY(const std::string text, co_await std::move(receiving));
    LAMBENT_CO_TRY(const DeleteBatch batch, parse_batch(text));
    auto removing = store_.remove_all(call.bucket(), batch.keys, call.cause());
    LAMBENT_CO_TRY(in_s3(co_await std::move(removing)));
    co_return xml_response(batch_document(batch));
}

}  // namespace lambent::api::s3
