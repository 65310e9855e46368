#include "api/lambda/operations.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {

namespace {

constexpr std::size_t kTagsMax = 50;
constexpr std::size_t kTagKeyMax = 128;
constexpr std::size_t kTagValueMax = 256;

const std::string kAnyRevision;

using Tags = std::map<std::string, std::string>;

// Applies `change` and makes it hold for every later invocation.
Task<Answer<runtime::FunctionPtr>> apply(
    const Call& call, runtime::FunctionPtr function, runtime::FunctionChange change
) {
    auto changed = co_await call.ports.functions.update_configuration(
        function->name, std::move(change), kAnyRevision
    );
    if (changed.has_error()) {
        co_return from_error(changed.error(), function->arn(call.config.region));
    }
    call.ports.retire(function->name);
    co_return std::move(changed).value();
}

Answer<Tags> tags_with(const nlohmann::json& body, Tags tags) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    const auto added = fields.text_map("Tags");
    if (!fault.empty()) {
        return wrong_type(fault);
    }
    if (!added) {
        constraints.must_not_be_null("tags");
        return validation_failed(constraints.message());
    }
    for (const auto& [key, value] : *added) {
        if (key.empty() || key.size() > kTagKeyMax || value.size() > kTagValueMax) {
            return invalid_parameter("Tag keys have 1-128 characters, tag values at most 256.");
        }
        tags.insert_or_assign(key, value);
    }
    if (tags.size() > kTagsMax) {
        return invalid_parameter("Number of tags exceeds resource tag limit.");
    }
    return tags;
}

Tags tags_without(const http::QueryItems& query, Tags tags) {
    for (const auto& [name, value] : query) {
        if (name == "tagKeys") {
            tags.erase(value);
        }
    }
    return tags;
}

}  // namespace

Served tags(Call call) {
    LAMBENT_CO_TRY(const runtime::FunctionPtr function, named_function(call));
    if (call.operation == Operation::kListTags) {
        const nlohmann::json body = {{"Tags", function->tags}};
        co_return json_response(200, body);
    }
    runtime::FunctionChange change;
    if (call.operation == Operation::kTagResource) {
        LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
        LAMBENT_CO_TRY(change.tags, tags_with(body, function->tags));
    } else {
        change.tags = tags_without(call.request.query, function->tags);
    }
    LAMBENT_CO_TRY(co_await apply(call, function, std::move(change)));
    co_return no_content();
}

}  // namespace lambent::api::lambda
