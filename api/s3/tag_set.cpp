#include "api/s3/tag_set.h"

#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"
#include "base/http/uri.h"

#include <algorithm>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr char kTaggingName[] = "x-amz-tagging";
constexpr std::string_view kTagSigns = "+-=._:/@ ";
constexpr std::size_t kTagKeyMax = 128;    // characters
constexpr std::size_t kTagValueMax = 256;  // characters

AwsError invalid_tag(const char* message) {
    return AwsError(400, "InvalidTag", message);
}

std::size_t characters_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

// Letters, digits and spaces of any script, and + - = . _ : / @
bool is_tag_text(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') ||
               (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kTagSigns.find(c) != std::string_view::npos;
    });
}

Answer<void> add_tag(std::string key, std::string value, Tags& tags) {
    if (key.empty() || characters_of(key) > kTagKeyMax || !is_tag_text(key)) {
        return invalid_tag("The TagKey you have provided is invalid");
    }
    if (characters_of(value) > kTagValueMax || !is_tag_text(value)) {
        return invalid_tag("The TagValue you have provided is invalid");
    }
    if (key.starts_with("aws:")) {
        return invalid_tag("System tags cannot be added/updated by requester");
    }
    if (!tags.emplace(std::move(key), std::move(value)).second) {
        return invalid_tag("Cannot provide multiple Tags with the same key");
    }
    return {};
}

Answer<void> check_count(std::size_t count, std::size_t tags_max) {
    if (count <= tags_max) {
        return {};
    }
    return AwsError(
        400,
        "BadRequest",
        tags_max == kObjectTagsMax ? "Object tags cannot be greater than 10"
                                   : "Bucket tag count cannot be greater than 50"
    );
}

}  // namespace

Answer<Tags> read_tagging_header(const S3Call& call) {
    Tags tags;
    const auto header = call.header(kTaggingName);
    if (!header) {
        return tags;
    }
    const auto items = http::parse_query(*header);
    if (items.has_error()) {
        return invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query "
            "parameters without tag name duplicates.",
            kTaggingName,
            std::string(*header)
        );
    }
    LAMBENT_TRY(check_count(items->size(), kObjectTagsMax));
    for (const auto& [key, value] : *items) {
        LAMBENT_TRY(add_tag(key, value, tags));
    }
    return tags;
}

Answer<Tags> parse_tagging(const std::string& text, std::size_t tags_max) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node set = child(child(document, "Tagging"), "TagSet");
    if (!set) {
        return malformed_xml();
    }
    const auto nodes = children(set, "Tag");
    LAMBENT_TRY(check_count(nodes.size(), tags_max));
    Tags tags;
    for (const pugi::xml_node& node : nodes) {
        if (!child(node, "Key") || !child(node, "Value")) {
            return malformed_xml();
        }
        LAMBENT_TRY(add_tag(text_of(node, "Key"), text_of(node, "Value"), tags));
    }
    return tags;
}

std::string tagging_document(const Tags& tags) {
    XmlWriter xml;
    xml.open("Tagging", kNamespace);
    xml.open("TagSet");
    for (const auto& [key, value] : tags) {
        xml.open("Tag");
        xml.leaf("Key", key);
        xml.leaf("Value", value);
        xml.close();
    }
    xml.close();
    xml.close();
    return xml.take();
}

}  // namespace lambent::api::s3
