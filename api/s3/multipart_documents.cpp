#include "api/s3/multipart_documents.h"

#include "api/s3/object_headers.h"
#include "api/s3/preconditions.h"
#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"
#include "base/http/uri.h"
#include "base/time_format.h"

#include <charconv>
#include <utility>

namespace lambent::api::s3 {
namespace {

void write_user(XmlWriter& xml, const char* role, const S3Config& config) {
    xml.open(role);
    xml.leaf("ID", config.owner_id);
    xml.leaf("DisplayName", "lambent");
    xml.close();
}

std::string shown_in(const UploadsView& view, const std::string& text) {
    return view.encode ? http::percent_encode(text, http::Slash::kKeep) : text;
}

void write_folders(XmlWriter& xml, const triggers::UploadPage& page, const UploadsView& view) {
    for (const std::string& prefix : page.common_prefixes) {
        xml.open("CommonPrefixes");
        xml.leaf("Prefix", shown_in(view, prefix));
        xml.close();
    }
}

}  // namespace

Answer<std::vector<triggers::PartChoice>> parse_completion(
    const std::string& text, triggers::ChecksumKind kind
) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node root = child(document, "CompleteMultipartUpload");
    std::vector<triggers::PartChoice> choices;
    for (const pugi::xml_node& node : children(root, "Part")) {
        triggers::PartChoice choice;
        choice.number = child(node, "PartNumber").text().as_int();
        choice.etag = bare_etag(text_of(node, "ETag"));
        if (kind != triggers::ChecksumKind::kNone) {
            choice.checksum = text_of(node, checksum_element(kind));
        }
        if (choice.number == 0 || choice.etag.empty()) {
            return malformed_xml();
        }
        choices.push_back(std::move(choice));
    }
    if (choices.empty()) {
        return malformed_xml();
    }
    return choices;
}

Answer<int> read_part_number(const S3Call& call) {
    const std::string text = call.item_or_empty("partNumber");
    int number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || number < 1 ||
        number > 10'000) {
        return invalid_argument(
            "Part number must be an integer between 1 and 10000, inclusive", "partNumber", text
        );
    }
    return number;
}

std::string initiated_document(const triggers::MultipartUpload& upload) {
    XmlWriter xml;
    xml.open("InitiateMultipartUploadResult", kNamespace);
    xml.leaf("Bucket", upload.object.bucket);
    xml.leaf("Key", upload.object.key);
    xml.leaf("UploadId", upload.id);
    xml.close();
    return xml.take();
}

std::string completed_document(const triggers::ObjectInfo& object, const std::string& location) {
    XmlWriter xml;
    xml.open("CompleteMultipartUploadResult", kNamespace);
    xml.leaf("Location", location);
    xml.leaf("Bucket", object.bucket);
    xml.leaf("Key", object.key);
    xml.leaf("ETag", quoted(object.etag));
    if (!object.checksum.empty()) {
        const bool composite = object.checksum.find('-') != std::string::npos;
        xml.leaf(checksum_element(object.checksum_kind), object.checksum);
        xml.leaf("ChecksumType", composite ? "COMPOSITE" : "FULL_OBJECT");
    }
    xml.close();
    return xml.take();
}

std::string copied_part_document(const triggers::UploadPart& part, triggers::ChecksumKind kind) {
    XmlWriter xml;
    xml.open("CopyPartResult", kNamespace);
    xml.leaf("LastModified", iso8601_ms(part.modified));
    xml.leaf("ETag", quoted(part.etag));
    if (!part.checksum.empty()) {
        xml.leaf(checksum_element(kind), part.checksum);
    }
    xml.close();
    return xml.take();
}

std::string parts_document(
    const triggers::PartPage& page, int after, std::size_t limit, const S3Config& config
) {
    XmlWriter xml;
    xml.open("ListPartsResult", kNamespace);
    xml.leaf("Bucket", page.upload.object.bucket);
    xml.leaf("Key", page.upload.object.key);
    xml.leaf("UploadId", page.upload.id);
    write_user(xml, "Initiator", config);
    write_user(xml, "Owner", config);
    xml.leaf("StorageClass", storage_class(page.upload.object));
    xml.leaf("PartNumberMarker", std::to_string(after));
    const int last = page.parts.empty() ? 0 : page.parts.back().number;
    xml.leaf("NextPartNumberMarker", std::to_string(last));
    xml.leaf("MaxParts", std::to_string(limit));
    xml.leaf("IsTruncated", page.truncated ? "true" : "false");
    for (const triggers::UploadPart& part : page.parts) {
        xml.open("Part");
        xml.leaf("PartNumber", std::to_string(part.number));
        xml.leaf("LastModified", iso8601_ms(part.modified));
        xml.leaf("ETag", quoted(part.etag));
        xml.leaf("Size", std::to_string(part.size));
        if (!part.checksum.empty()) {
            xml.leaf(checksum_element(page.upload.object.checksum_kind), part.checksum);
        }
        xml.close();
    }
    xml.close();
    return xml.take();
}

std::string uploads_document(
    const triggers::UploadPage& page, const UploadsView& view, const S3Config& config
) {
    auto shown = [&view](const std::string& text) {
        return shown_in(view, text);
    };
    XmlWriter xml;
    xml.open("ListMultipartUploadsResult", kNamespace);
    xml.leaf("Bucket", view.query.bucket);
    xml.leaf("KeyMarker", shown(view.query.after_key));
    xml.leaf("UploadIdMarker", view.query.after_id);
    if (page.truncated) {
        xml.leaf("NextKeyMarker", shown(page.last_key));
        xml.leaf("NextUploadIdMarker", page.last_id);
    }
    xml.leaf("Prefix", shown(view.query.prefix));
    if (!view.query.delimiter.empty()) {
        xml.leaf("Delimiter", shown(view.query.delimiter));
    }
    if (view.encode) {
        xml.leaf("EncodingType", "url");
    }
    xml.leaf("MaxUploads", std::to_string(view.query.limit));
    xml.leaf("IsTruncated", page.truncated ? "true" : "false");
    for (const triggers::MultipartUpload& upload : page.uploads) {
        xml.open("Upload");
        xml.leaf("Key", shown(upload.object.key));
        xml.leaf("UploadId", upload.id);
        write_user(xml, "Initiator", config);
        write_user(xml, "Owner", config);
        xml.leaf("StorageClass", storage_class(upload.object));
        xml.leaf("Initiated", iso8601_ms(upload.initiated));
        xml.close();
    }
    write_folders(xml, page, view);
    xml.close();
    return xml.take();
}

}  // namespace lambent::api::s3
