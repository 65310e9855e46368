#include "api/sns/sns_service.h"

#include "api/sns/operations.h"
#include "api/sns/sns_errors.h"
#include "api/wire/query.h"

#include <array>
#include <string>
#include <utility>

namespace lambent::api::sns {
namespace {

constexpr std::string_view kNamespace = "http://sns.amazonaws.com/doc/2010-03-31/";
constexpr std::string_view kConfirm = "ConfirmSubscription";
constexpr std::uint64_t kFormBytesMax = 4ULL << 20;  // 256 KiB, in which each byte may be encoded

constexpr std::array kOperations{
    Operation{"Publish", publish},
    Operation{"PublishBatch", publish_batch},
    Operation{"CreateTopic", create_topic},
    Operation{"DeleteTopic", delete_topic},
    Operation{"ListTopics", list_topics},
    Operation{"GetTopicAttributes", get_topic_attributes},
    Operation{"SetTopicAttributes", set_topic_attributes},
    Operation{"Subscribe", subscribe},
    Operation{kConfirm, confirm_subscription},
    Operation{"Unsubscribe", unsubscribe},
    Operation{"ListSubscriptions", list_subscriptions},
    Operation{"ListSubscriptionsByTopic", list_subscriptions_by_topic},
    Operation{"GetSubscriptionAttributes", get_subscription_attributes},
    Operation{"SetSubscriptionAttributes", set_subscription_attributes},
    Operation{"TagResource", tag_resource},
    Operation{"UntagResource", untag_resource},
    Operation{"ListTagsForResource", list_tags_for_resource},
};

// What somebody follows who does not sign.
bool is_link(const Request& request) {
    return request.principal.is_stranger && request.head.method == "GET";
}

Task<Answer<QueryNode>> read_form(const Request& request, http::BodyReader& body) {
    // A stranger's body is not read.
    const std::uint64_t bytes_max = is_link(request) ? 0 : kFormBytesMax;
    const Result<std::string> text = co_await body.read_all(bytes_max);
    if (text.has_error()) {
        co_return AwsError(400, "MalformedQueryString", text.error().message());
    }
    LAMBENT_CO_TRY(const http::QueryItems items, query_items(request, *text));
    QueryNode form = query_tree(items);
    if (form.text("Action").empty()) {
        co_return AwsError(400, "MissingAction", "The request must contain the parameter Action.");
    }
    co_return form;
}

AwsError not_offered(const std::string& action) {
    return {400, "InvalidAction", "The action " + action + " is not valid for this endpoint."};
}

AwsError denied(const Principal& who) {
    return {403, "AuthorizationError", "User: " + who.name + " is not authorized to use topics"};
}

}  // namespace

const Operation* find_operation(std::string_view name) {
    for (const Operation& operation : kOperations) {
        if (operation.name == name) {
            return &operation;
        }
    }
    return nullptr;
}

SnsService::SnsService(triggers::Topics& topics, Logger log)
    : topics_(topics), log_(std::move(log)) {}

Task<http::Response> SnsService::serve(Request request, http::BodyReader& body) {
    const std::string& id = request.request_id;
    const Answer<QueryNode> form = co_await read_form(request, body);
    if (form.has_error()) {
        co_return query_error(form.error(), id, kNamespace);
    }
    const std::string& action = form->text("Action");
    if (!request.principal.is_root && !(is_link(request) && action == kConfirm)) {
        co_return query_error(denied(request.principal), id, kNamespace);
    }
    const Operation* const operation = find_operation(action);
    if (operation == nullptr) {
        co_return query_error(not_offered(action), id, kNamespace);
    }
    std::string trace(request.head.headers.find("X-Amzn-Trace-Id").value_or(""));
    Call call(topics_, *form, std::move(trace));
    const Answer<WriteResult> answer = co_await operation->serve(std::move(call));
    if (answer.has_error()) {
        const AwsError& error = answer.error();
        if (!error.is_callers_fault()) {
            log_.error("sns_failed", {{"operation", action}, {"message", error.message()}});
        }
        co_return query_error(error, id, kNamespace);
    }
    co_return query_response(QueryAnswer{action, kNamespace, id}, *answer);
}

}  // namespace lambent::api::sns
