#include "api/wire/query.h"

#include "api/wire/xml.h"

#include <algorithm>
#include <string>
#include <utility>

namespace lambent::api {
namespace {

constexpr std::size_t kQueryPartsMax = 8;
constexpr std::size_t kQueryItemsMax = 10'000;

http::Response xml_answer(unsigned status, XmlWriter xml) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", "text/xml");
    response.body = xml.take();
    return response;
}

}  // namespace

const QueryNode* QueryNode::child(const std::string& name) const {
    const auto found = children.find(name);
    return found == children.end() ? nullptr : &found->second;
}

const std::string& QueryNode::text(const std::string& name) const {
    static const std::string kNothing;
    const QueryNode* const found = child(name);
    return found == nullptr ? kNothing : found->value;
}

QueryNode query_tree(const http::QueryItems& items) {
    QueryNode root;
    for (const auto& [name, value] : items) {
        QueryNode* at = &root;
        std::string_view rest = name;
        for (std::size_t parts = 0; parts < kQueryPartsMax; ++parts) {
            const std::size_t dot = rest.find('.');
            at = &at->children[std::string(rest.substr(0, dot))];
            if (dot == std::string_view::npos) {
                break;
            }
            rest.remove_prefix(dot + 1);
        }
        at->value = value;
    }
    return root;
}

Answer<http::QueryItems> query_items(const Request& request, std::string_view form) {
    const auto ands = static_cast<std::size_t>(std::count(form.begin(), form.end(), '&'));
    const std::size_t pieces = form.empty() ? 0 : ands + 1;
    if (request.query.size() + pieces > kQueryItemsMax) {
        return AwsError(
            400,
            "MalformedQueryString",
            "The request has more than " + std::to_string(kQueryItemsMax) + " parameters."
        );
    }
    const auto given = http::parse_query(form);
    if (given.has_error()) {
        return AwsError(400, "MalformedQueryString", given.error().message());
    }
    http::QueryItems items = request.query;
    items.insert(items.end(), given->begin(), given->end());
    return items;
}

http::Response query_response(
    const QueryAnswer& answer, const std::function<void(XmlWriter&)>& write_result
) {
    const std::string action(answer.action);
    XmlWriter xml;
    xml.open(action + "Response", answer.xml_namespace);
    if (write_result) {
        xml.open(action + "Result");
        write_result(xml);
        xml.close();
    }
    xml.open("ResponseMetadata");
    xml.leaf("RequestId", answer.request_id);
    xml.close();
    xml.close();
    return xml_answer(200, std::move(xml));
}

http::Response query_error(
    const AwsError& error, std::string_view request_id, std::string_view xml_namespace
) {
    XmlWriter xml;
    xml.open("ErrorResponse", xml_namespace);
    xml.open("Error");
    xml.leaf("Type", error.is_callers_fault() ? "Sender" : "Receiver");
    xml.leaf("Code", error.name());
    xml.leaf("Message", error.message());
    xml.close();
    xml.leaf("RequestId", request_id);
    xml.close();
    return xml_answer(error.status(), std::move(xml));
}

}  // namespace lambent::api
