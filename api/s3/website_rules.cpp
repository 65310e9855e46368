#include "api/s3/website_rules.h"

#include "api/s3/s3_call.h"
#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"

#include <utility>

namespace lambent::api::s3 {
namespace {

std::string reason_of(unsigned status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        default:
            return "Internal Server Error";
    }
}

std::string item(const std::string& name, const std::string& value) {
    return "<li>" + name + ": " + xml_escape(value) + "</li>\n";
}

}  // namespace

Answer<Website> parse_website(const std::string& text) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const pugi::xml_node root = child(document, "WebsiteConfiguration");
    if (!root) {
        return malformed_xml();
    }
    if (child(root, "RoutingRules")) {
        return not_implemented("RoutingRules");
    }
    Website website;
    if (const pugi::xml_node redirect = child(root, "RedirectAllRequestsTo")) {
        website.redirect_host = text_of(redirect, "HostName");
        website.redirect_protocol = text_of(redirect, "Protocol");
        const bool known = website.redirect_protocol.empty() ||
                           website.redirect_protocol == "http" ||
                           website.redirect_protocol == "https";
        return website.redirect_host.empty() || !known ? Answer<Website>(malformed_xml())
                                                       : Answer<Website>(website);
    }
    website.index_suffix = text_of(child(root, "IndexDocument"), "Suffix");
    website.error_key = text_of(child(root, "ErrorDocument"), "Key");
    if (website.index_suffix.empty()) {
        return invalid_argument(
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
            "IndexDocument",
            "null"
        );
    }
    if (website.index_suffix.find('/') != std::string::npos) {
        return invalid_argument(
            "The IndexDocument Suffix is not well formed", "IndexDocument", website.index_suffix
        );
    }
    return website;
}

std::string website_document(const Website& website) {
    XmlWriter xml;
    xml.open("WebsiteConfiguration", kNamespace);
    if (!website.redirect_host.empty()) {
        xml.open("RedirectAllRequestsTo");
        xml.leaf("HostName", website.redirect_host);
        if (!website.redirect_protocol.empty()) {
            xml.leaf("Protocol", website.redirect_protocol);
        }
        xml.close();
    } else {
        xml.open("IndexDocument");
        xml.leaf("Suffix", website.index_suffix);
        xml.close();
    }
    if (!website.error_key.empty()) {
        xml.open("ErrorDocument");
        xml.leaf("Key", website.error_key);
        xml.close();
    }
    xml.close();
    return xml.take();
}

std::string error_page(const AwsError& error, const std::string& key, const std::string& request) {
    const std::string title = std::to_string(error.status()) + " " + reason_of(error.status());
    std::string page = "<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title +
                       "</h1>\n<ul>\n" + item("Code", error.name()) +
                       item("Message", error.message());
    if (error.name() == "NoSuchKey") {
        page += item("Key", key);
    }
    for (const auto& [name, value] : error.details()) {
        page += item(name, value);
    }
    page += item("RequestId", request) + item("HostId", host_id(request));
    return page + "</ul>\n<hr/>\n</body>\n</html>\n";
}

}  // namespace lambent::api::s3
