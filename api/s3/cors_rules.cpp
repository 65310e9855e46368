#include "api/s3/cors_rules.h"

#include "api/s3/policy_text.h"
#include "api/s3/s3_call.h"
#include "api/s3/s3_errors.h"
#include "api/s3/xml_reading.h"
#include "api/wire/xml.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr std::size_t kCorsRulesMax = 100;
constexpr std::array<std::string_view, 5> kCorsMethods = {"GET", "PUT", "POST", "DELETE", "HEAD"};

std::vector<std::string> texts_named(const pugi::xml_node& node, std::string_view name) {
    std::vector<std::string> texts;
    for (const pugi::xml_node& each : children(node, name)) {
        texts.emplace_back(each.text().get());
    }
    return texts;
}

Answer<void> check_wildcards(const std::vector<std::string>& texts, const std::string& element) {
    for (const std::string& text : texts) {
        if (std::count(text.begin(), text.end(), '*') > 1) {
            return invalid_request(
                element + " \"" + text + "\" can not have more than one wildcard."
            );
        }
    }
    return {};
}

Answer<CorsRule> read_rule_of(const pugi::xml_node& node) {
    CorsRule rule;
    rule.id = text_of(node, "ID");
    rule.origins = texts_named(node, "AllowedOrigin");
    rule.methods = texts_named(node, "AllowedMethod");
    rule.headers = texts_named(node, "AllowedHeader");
    rule.exposed = texts_named(node, "ExposeHeader");
    if (rule.origins.empty() || rule.methods.empty()) {
        return malformed_xml();
    }
    if (const pugi::xml_node age = child(node, "MaxAgeSeconds")) {
        rule.max_age_s = age.text().as_int();
    }
    for (const std::string& method : rule.methods) {
        if (std::find(kCorsMethods.begin(), kCorsMethods.end(), method) == kCorsMethods.end()) {
            return invalid_request(
                "Found unsupported HTTP method in CORS config. Unsupported method is " + method
            );
        }
    }
    LAMBENT_TRY(check_wildcards(rule.origins, "AllowedOrigin"));
    LAMBENT_TRY(check_wildcards(rule.headers, "AllowedHeader"));
    return rule;
}

void write_texts(XmlWriter& xml, const char* name, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        xml.leaf(name, text);
    }
}

std::string joined(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) {
        list.append(list.empty() ? "" : ", ").append(text);
    }
    return list;
}

bool covers_text(
    const std::vector<std::string>& patterns, const std::string& text, LetterCase letter_case
) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches_pattern(pattern, text, letter_case);
    });
}

bool allows(const CorsRule& rule, const CorsQuestion& question) {
    const bool method =
        std::find(rule.methods.begin(), rule.methods.end(), question.method) != rule.methods.end();
    return method && covers_text(rule.origins, question.origin, LetterCase::kMatters) &&
           std::all_of(
               question.headers.begin(),
               question.headers.end(),
               [&rule](const std::string& header) {
                   return covers_text(rule.headers, header, LetterCase::kIgnored);
               }
           );
}

}  // namespace

Answer<CorsRules> parse_cors(const std::string& text) {
    pugi::xml_document document;
    LAMBENT_TRY(in_s3(parse_xml(text, document)));
    const auto nodes = children(child(document, "CORSConfiguration"), "CORSRule");
    if (nodes.empty() || nodes.size() > kCorsRulesMax) {
        return malformed_xml();
    }
    CorsRules rules;
    for (const pugi::xml_node& node : nodes) {
        LAMBENT_TRY(CorsRule rule, read_rule_of(node));
        rules.push_back(std::move(rule));
    }
    return rules;
}

std::string cors_document(const CorsRules& rules) {
    XmlWriter xml;
    xml.open("CORSConfiguration", kNamespace);
    for (const CorsRule& rule : rules) {
        xml.open("CORSRule");
        if (!rule.id.empty()) {
            xml.leaf("ID", rule.id);
        }
        write_texts(xml, "AllowedMethod", rule.methods);
        write_texts(xml, "AllowedOrigin", rule.origins);
        write_texts(xml, "AllowedHeader", rule.headers);
        if (rule.max_age_s) {
            xml.leaf("MaxAgeSeconds", std::to_string(*rule.max_age_s));
        }
        write_texts(xml, "ExposeHeader", rule.exposed);
        xml.close();
    }
    xml.close();
    return xml.take();
}

const CorsRule* matching_rule(const CorsRules& rules, const CorsQuestion& question) {
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const CorsRule& rule) {
        return allows(rule, question);
    });
    return found == rules.end() ? nullptr : &*found;
}

void write_cors_headers(
    const CorsRule& rule, const CorsQuestion& question, http::Headers& headers
) {
    const bool any = std::find(rule.origins.begin(), rule.origins.end(), "*") != rule.origins.end();
    headers.set("Access-Control-Allow-Origin", any ? "*" : question.origin);
    if (!any) {
        headers.set("Access-Control-Allow-Credentials", "true");
    }
    headers.set("Access-Control-Allow-Methods", joined(rule.methods));
    if (!question.headers.empty()) {
        headers.set("Access-Control-Allow-Headers", joined(question.headers));
    }
    if (!rule.exposed.empty()) {
        headers.set("Access-Control-Expose-Headers", joined(rule.exposed));
    }
    if (rule.max_age_s) {
        headers.set("Access-Control-Max-Age", std::to_string(*rule.max_age_s));
    }
    headers.set("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

std::vector<std::string> split_list(std::string_view list) {
    std::vector<std::string> items;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        std::string_view item = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        while (item.ends_with(' ')) {
            item.remove_suffix(1);
        }
        if (!item.empty()) {
            items.emplace_back(item);
        }
    }
    return items;
}

}  // namespace lambent::api::s3
