#include "triggers/sources/event_source_mappings.h"

#include "api/lambda/mapping_document.h"
#include "api/lambda/operations.h"
#include "api/lambda/page.h"

#include <nlohmann/json.hpp>

namespace lambent::api::lambda {
namespace {

using triggers::EventSourceMapping;

constexpr std::int64_t kMappingsPageMax = 100;

Answer<http::Response> mapping_response(
    const Call& call, unsigned status, const Result<EventSourceMapping>& mapping
) {
    if (mapping.has_error()) {
        return from_error(mapping.error());
    }
    return json_response(status, mapping_json(*mapping, call.config.region));
}

Served update(Call call) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(triggers::MappingChange change, read_mapping_change(body, call.config.region));
    const auto updated = co_await call.ports.mappings.update(call.subject, std::move(change));
    co_return mapping_response(call, 202, updated);
}

// Whether a listing that asks for a queue or a function asks for this one.
Answer<std::function<bool(const EventSourceMapping&)>> wish_of(const Call& call) {
    const auto source = http::find_item(call.request.query, "EventSourceArn");
    std::string function;
    if (const auto named = http::find_item(call.request.query, "FunctionName")) {
        LAMBENT_TRY(function, read_mapped_function(std::string(*named), call.config.region));
    }
    const std::string arn(source.value_or(""));
    return std::function<bool(const EventSourceMapping&)>(
        [arn, function](const EventSourceMapping& mapping) {
            return (arn.empty() || mapping.settings.source_arn == arn) &&
                   (function.empty() || mapping.settings.function == function);
        }
    );
}

}  // namespace

Served create_event_source_mapping(Call call) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_json(call, kSettingsBytesMax));
    LAMBENT_CO_TRY(triggers::MappingSettings settings, read_mapping(body, call.config.region));
    const auto created = co_await call.ports.mappings.create(std::move(settings));
    co_return mapping_response(call, 202, created);
}

Served list_event_source_mappings(Call call) {
    LAMBENT_CO_TRY(const Page page, read_page(call.request.query, kMappingsPageMax));
    LAMBENT_CO_TRY(const auto wished, wish_of(call));
    nlohmann::json listed = nlohmann::json::array();
    nlohmann::json body = nlohmann::json::object();
    std::string last;
    for (const EventSourceMapping& mapping : call.ports.mappings.list()) {
        if (mapping.uuid <= page.after || !wished(mapping)) {
            continue;
        }
        if (listed.size() == page.limit) {
            body["NextMarker"] = marker_after(last);
            break;
        }
        last = mapping.uuid;
        listed.push_back(mapping_json(mapping, call.config.region));
    }
    body["EventSourceMappings"] = std::move(listed);
    co_return json_response(200, body);
}

Served one_event_source_mapping(Call call) {
    if (call.operation == Operation::kUpdateMapping) {
        co_return co_await update(std::move(call));
    }
    if (call.operation == Operation::kDeleteMapping) {
        const auto removed = co_await call.ports.mappings.remove(call.subject);
        co_return mapping_response(call, 202, removed);
    }
    const auto found = call.ports.mappings.find(call.subject);
    if (!found) {
        co_return AwsError(
            404, "ResourceNotFoundException", "The resource you requested does not exist."
        );
    }
    co_return mapping_response(call, 200, *found);
}

}  // namespace lambent::api::lambda
