#include "api/s3/delete_marker.h"
#include "api/s3/object_headers.h"
#include "api/s3/object_operations.h"
#include "api/s3/s3_errors.h"
#include "api/wire/xml.h"
#include "base/time_format.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace lambent::api::s3 {
namespace {

using triggers::ObjectInfo;

constexpr char kAttributesHeader[] = "x-amz-object-attributes";
constexpr std::array<std::string_view, 5> kAttributes = {
    "ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"};
constexpr std::size_t kPartsShownMax = 1000;

Answer<std::set<std::string>> read_wanted(const S3Call& call) {
    std::string_view list = call.header(kAttributesHeader).value_or("");
    std::set<std::string> wanted;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        std::string_view one = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        if (std::find(kAttributes.begin(), kAttributes.end(), one) == kAttributes.end()) {
            return invalid_argument(
                "Invalid attribute name specified.", kAttributesHeader, std::string(one)
            );
        }
        wanted.emplace(one);
    }
    if (wanted.empty()) {
        return invalid_argument("At least one attribute must be specified.", kAttributesHeader, "");
    }
    return wanted;
}

void write_checksums(XmlWriter& xml, const ObjectInfo& object) {
    const bool composite = object.checksum.find('-') != std::string::npos;
    xml.open("Checksum");
    // Of a composed checksum the number of parts is told elsewhere.
    xml.leaf(
        checksum_element(object.checksum_kind), object.checksum.substr(0, object.checksum.find('-'))
    );
    xml.leaf("ChecksumType", composite ? "COMPOSITE" : "FULL_OBJECT");
    xml.close();
}

struct PartsView {
    std::size_t after = 0;
    std::size_t limit = kPartsShownMax;
};

void write_parts(XmlWriter& xml, const ObjectInfo& object, const PartsView& view) {
    const std::size_t from = std::min(view.after, object.parts.size());
    const std::size_t to = std::min(from + view.limit, object.parts.size());
    xml.open("ObjectParts");
    xml.leaf("PartsCount", std::to_string(object.parts.size()));
    xml.leaf("PartNumberMarker", std::to_string(view.after));
    xml.leaf("NextPartNumberMarker", std::to_string(to));
    xml.leaf("MaxParts", std::to_string(view.limit));
    xml.leaf("IsTruncated", to < object.parts.size() ? "true" : "false");
    for (std::size_t i = from; i < to; ++i) {
        const triggers::ObjectPart& part = object.parts[i];
        if (part.checksum.empty()) {
            continue;  // S3 shows single parts only with their checksums
        }
        xml.open("Part");
        xml.leaf("PartNumber", std::to_string(i + 1));
        xml.leaf("Size", std::to_string(part.size));
        xml.leaf(checksum_element(object.checksum_kind), part.checksum);
        xml.close();
    }
    xml.close();
}

std::string attributes_document(
    const ObjectInfo& object, const std::set<std::string>& wanted, const PartsView& view
) {
    XmlWriter xml;
    xml.open("GetObjectAttributesResponse", kNamespace);
    if (wanted.count("ETag") > 0) {
        xml.leaf("ETag", object.etag);
    }
    if (wanted.count("Checksum") > 0 && !object.checksum.empty()) {
        write_checksums(xml, object);
    }
    if (wanted.count("ObjectParts") > 0 && !object.parts.empty()) {
        write_parts(xml, object, view);
    }
    if (wanted.count("StorageClass") > 0) {
        xml.leaf("StorageClass", storage_class(object));
    }
    if (wanted.count("ObjectSize") > 0) {
        xml.leaf("ObjectSize", std::to_string(object.size));
    }
    xml.close();
    return xml.take();
}

}  // namespace

Task<Answer<http::Response>> ObjectOperations::attributes(S3Call call) {
    LAMBENT_CO_TRY(const auto wanted, read_wanted(call));
    PartsView view;
    LAMBENT_CO_TRY(
        view.limit, number_header(call, "x-amz-max-parts", kPartsShownMax, kPartsShownMax)
    );
    LAMBENT_CO_TRY(view.after, number_header(call, "x-amz-part-number-marker", 0, 10'000));
    auto looking = store_.head(call.path());
    const auto object = co_await std::move(looking);
    if (object.has_error()) {
        co_return co_await refused_object(store_, call, object.error());
    }
    http::Response response = xml_response(attributes_document(*object, wanted, view));
    response.headers.set("Last-Modified", http_date(object->modified));
    if (!object->version.empty()) {
        response.headers.set(kVersionHeader, object->version);
    }
    co_return response;
}

}  // namespace lambent::api::s3
