#include "app/cli/client/sns_api.h"

#include "app/cli/client/service_error.h"

#include <pugixml.hpp>

namespace lambent::cli {
namespace {

using Form = std::vector<std::pair<std::string, std::string>>;

Error cannot_read(const std::string& action) {
    return {Code::kInternal, "the daemon's answer to " + action + " cannot be read"};
}

void add_attributes(Form& form, const TopicTexts& attributes) {
    std::size_t number = 0;
    for (const auto& [name, value] : attributes) {
        const std::string entry = "Attributes.entry." + std::to_string(++number);
        form.emplace_back(entry + ".key", name);
        form.emplace_back(entry + ".value", value);
    }
}

// What stands in <ActionResponse><ActionResult>.
Result<pugi::xml_node> result_of(
    pugi::xml_document& document, const std::string& action, const HttpReply& reply
) {
    if (!document.load_buffer(reply.body.data(), reply.body.size())) {
        return cannot_read(action);
    }
    const std::string response = action + "Response";
    const std::string result = action + "Result";
    return document.child(response.c_str()).child(result.c_str());
}

}  // namespace

Result<HttpReply> SnsApi::ask(const std::string& action, Form form) {
    form.emplace_back("Action", action);
    form.emplace_back("Version", "2010-03-31");
    HttpCall call;
    call.service = "sns";
    call.method = "POST";
    call.path = "/";
    call.body = encode_query(std::move(form));
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    return send_ok(client_, call);
}

Result<TopicTexts> SnsApi::ask_attributes(const std::string& action, Form form) {
    LAMBENT_TRY(const HttpReply reply, ask(action, std::move(form)));
    pugi::xml_document document;
    LAMBENT_TRY(const pugi::xml_node result, result_of(document, action, reply));
    TopicTexts attributes;
    for (const pugi::xml_node& entry : result.child("Attributes").children("entry")) {
        attributes[entry.child_value("key")] = entry.child_value("value");
    }
    return attributes;
}

Result<std::optional<TopicTexts>> SnsApi::attributes(const std::string& arn) {
    auto found = ask_attributes("GetTopicAttributes", {{"TopicArn", arn}});
    if (found.has_error()) {
        if (found.error().code() == Code::kNotFound) {
            return std::optional<TopicTexts>();
        }
        return found.error();
    }
    return std::optional<TopicTexts>(*std::move(found));
}

Result<void> SnsApi::create(const std::string& name, const TopicTexts& attributes) {
    Form form{{"Name", name}};
    add_attributes(form, attributes);
    LAMBENT_TRY(ask("CreateTopic", std::move(form)));
    return {};
}

Result<void> SnsApi::set(
    const std::string& arn, const std::string& name, const std::string& value
) {
    LAMBENT_TRY(
        ask("SetTopicAttributes",
            {{"TopicArn", arn}, {"AttributeName", name}, {"AttributeValue", value}})
    );
    return {};
}

Result<std::optional<std::string>> SnsApi::find(const Wanted& wanted) {
    constexpr char kAction[] = "ListSubscriptionsByTopic";
    std::string token;
    do {
        Form form{{"TopicArn", wanted.topic_arn}};
        if (!token.empty()) {
            form.emplace_back("NextToken", token);
        }
        LAMBENT_TRY(const HttpReply reply, ask(kAction, std::move(form)));
        pugi::xml_document document;
        LAMBENT_TRY(const pugi::xml_node result, result_of(document, kAction, reply));
        for (const pugi::xml_node& one : result.child("Subscriptions").children("member")) {
            if (one.child_value("Protocol") == wanted.protocol &&
                one.child_value("Endpoint") == wanted.endpoint) {
                return std::optional<std::string>(one.child_value("SubscriptionArn"));
            }
        }
        token = result.child_value("NextToken");
    } while (!token.empty());
    return std::optional<std::string>();
}

Result<void> SnsApi::subscribe(const Wanted& wanted, const TopicTexts& attributes) {
    Form form{
        {"TopicArn", wanted.topic_arn},
        {"Protocol", wanted.protocol},
        {"Endpoint", wanted.endpoint}};
    add_attributes(form, attributes);
    LAMBENT_TRY(ask("Subscribe", std::move(form)));
    return {};
}

Result<TopicTexts> SnsApi::subscription_attributes(const std::string& arn) {
    return ask_attributes("GetSubscriptionAttributes", {{"SubscriptionArn", arn}});
}

Result<void> SnsApi::set_subscription(
    const std::string& arn, const std::string& name, const std::string& value
) {
    LAMBENT_TRY(
        ask("SetSubscriptionAttributes",
            {{"SubscriptionArn", arn}, {"AttributeName", name}, {"AttributeValue", value}})
    );
    return {};
}

}  // namespace lambent::cli
