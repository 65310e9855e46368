#pragma once

#include "api/wire/errors.h"
#include "api/wire/service.h"
#include "base/http/message.h"
#include "base/http/uri.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace lambent::api {

class XmlWriter;

// The Query protocol of SQS, SNS and STS: a request is a form, an answer XML.

// "A.1.B=x" as a tree: A → 1 → B = x. What is deeper than eight parts is not taken apart.
struct QueryNode {
    struct ByNumber {
        bool operator()(const std::string& a, const std::string& b) const {
            return a.size() != b.size() ? a.size() < b.size() : a < b;
        }
    };
    std::string value;
    std::map<std::string, QueryNode, ByNumber> children;  // numbers by their size

    const QueryNode* child(const std::string& name) const;
    const std::string& text(const std::string& name) const;  // empty when there is none
};
QueryNode query_tree(const http::QueryItems& items);

// The parameters of a call: those in its address, and those of the form that is its body. 10,000 at
// most, so that no call keeps the event loop.
Answer<http::QueryItems> query_items(const Request& request, std::string_view form);

// How a service's answers are marked.
struct QueryAnswer {
    std::string_view action;
    std::string_view xml_namespace;
    std::string_view request_id;
};
// <ActionResponse> with what `write_result` writes as its result; none: without one.
http::Response query_response(
    const QueryAnswer& answer, const std::function<void(XmlWriter&)>& write_result
);
http::Response query_error(
    const AwsError& error, std::string_view request_id, std::string_view xml_namespace
);

}  // namespace lambent::api
