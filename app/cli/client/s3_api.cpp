#include "app/cli/client/s3_api.h"

#include "app/cli/client/service_error.h"

#include <pugixml.hpp>

#include <sstream>

namespace lambent::cli {
namespace {

HttpCall call_of(
    const std::string& method, const std::string& bucket, const std::string& key = ""
) {
    HttpCall call;
    call.service = "s3";
    call.method = method;
    call.path = "/" + bucket + (key.empty() ? "" : "/" + key);
    return call;
}

void add_text(pugi::xml_node parent, const char* name, const std::string& text) {
    parent.append_child(name).text().set(text.c_str());
}

void add_filter(pugi::xml_node key, const char* name, const std::string& value) {
    if (!value.empty()) {
        pugi::xml_node rule = key.append_child("FilterRule");
        add_text(rule, "Name", name);
        add_text(rule, "Value", value);
    }
}

}  // namespace

std::string notification_document(const std::vector<NotificationRule>& rules) {
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("NotificationConfiguration");
    root.append_attribute("xmlns") = "http://s3.amazonaws.com/doc/2006-03-01/";
    for (const NotificationRule& rule : rules) {
        pugi::xml_node entry = root.append_child("CloudFunctionConfiguration");
        add_text(entry, "Id", rule.id);
        add_text(entry, "CloudFunction", rule.function_arn);
        for (const std::string& event : rule.events) {
            add_text(entry, "Event", event);
        }
        if (!rule.prefix.empty() || !rule.suffix.empty()) {
            pugi::xml_node key = entry.append_child("Filter").append_child("S3Key");
            add_filter(key, "prefix", rule.prefix);
            add_filter(key, "suffix", rule.suffix);
        }
    }
    std::ostringstream text;
    document.save(text, "", pugi::format_raw | pugi::format_no_declaration);
    return text.str();
}

Result<bool> S3Api::has_bucket(const std::string& bucket) {
    LAMBENT_TRY(const HttpReply reply, client_.send(call_of("HEAD", bucket)));
    if (reply.status == 404) {
        return false;
    }
    if (!reply.ok()) {
        return service_error(reply);
    }
    return true;
}

Result<void> S3Api::create_bucket(const std::string& bucket) {
    LAMBENT_TRY(send_ok(client_, call_of("PUT", bucket)));
    return {};
}

Result<void> S3Api::put(
    const std::string& bucket,
    const std::string& key,
    const std::string& bytes,
    const std::string& content_type
) {
    HttpCall call = call_of("PUT", bucket, key);
    call.body = bytes;
    call.headers.emplace_back("Content-Type", content_type);
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

Result<std::string> S3Api::get(const std::string& bucket, const std::string& key) {
    LAMBENT_TRY(HttpReply reply, send_ok(client_, call_of("GET", bucket, key)));
    return std::move(reply.body);
}

Result<void> S3Api::remove(const std::string& bucket, const std::string& key) {
    LAMBENT_TRY(send_ok(client_, call_of("DELETE", bucket, key)));
    return {};
}

Result<std::vector<ObjectView>> S3Api::list(const std::string& bucket) {
    std::vector<ObjectView> objects;
    std::string token;
    do {
        HttpCall call = call_of("GET", bucket);
        call.query.emplace_back("list-type", "2");
        if (!token.empty()) {
            call.query.emplace_back("continuation-token", token);
        }
        LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
        pugi::xml_document document;
        if (!document.load_buffer(reply.body.data(), reply.body.size())) {
            return Error(Code::kInternal, "the list of " + bucket + " is not XML");
        }
        const pugi::xml_node root = document.child("ListBucketResult");
        for (const pugi::xml_node entry : root.children("Contents")) {
            objects.push_back({entry.child_value("Key"), entry.child("Size").text().as_ullong()});
        }
        token = root.child_value("NextContinuationToken");
    } while (!token.empty());
    return objects;
}

Result<void> S3Api::set_notifications(
    const std::string& bucket, const std::vector<NotificationRule>& rules
) {
    HttpCall call = call_of("PUT", bucket);
    call.query.emplace_back("notification", "");
    call.body = notification_document(rules);
    call.headers.emplace_back("Content-Type", "application/xml");
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

}  // namespace lambent::cli
