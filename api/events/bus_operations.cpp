#include "api/events/events_errors.h"
#include "api/events/events_fields.h"
#include "triggers/events/event_document.h"

#include <algorithm>
#include <utility>

namespace lambent::api::events {
namespace {

using triggers::EventBus;

nlohmann::json bus_json(const Call& call, const EventBus& bus) {
    nlohmann::json json = {
        {"Name", bus.name},
        {"Arn", triggers::bus_arn(call.config.region, bus.name)},
        {"CreationTime", static_cast<double>(bus.created_ms) / 1'000.0},
        {"LastModifiedTime", static_cast<double>(bus.modified_ms) / 1'000.0},
    };
    if (!bus.description.empty()) {
        json["Description"] = bus.description;
    }
    return json;
}

bool is_bus_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_' || c == '.' || c == '/';
    });
}

Answer<EventBus> read_new_bus(const Call& call) {
    constexpr std::size_t kNameMax = 256;
    constexpr std::size_t kDescriptionMax = 512;
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    EventBus bus;
    bus.name = read_required(fields, constraints, "Name", "name");
    constraints.length("name", bus.name, 1, kNameMax);
    constraints.pattern("name", bus.name, is_bus_name(bus.name), R"([/\.\-_A-Za-z0-9]+)");
    bus.description = fields.text("Description").value_or("");
    constraints.length("description", bus.description, 0, kDescriptionMax);
    const bool is_partner = fields.has("EventSourceName");
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (is_partner) {
        return validation_failed("lambent has no partner event sources.");
    }
    if (bus.name.find('/') != std::string::npos) {
        return validation_failed("Event bus name must not contain '/'.");
    }
    LAMBENT_TRY(bus.tags, read_tags(call.body));
    return bus;
}

}  // namespace

Served create_event_bus(Call call) {
    LAMBENT_CO_TRY(const EventBus bus, read_new_bus(call));
    const auto created = co_await call.buses.create_bus(bus);
    if (created.has_error()) {
        co_return from_error(created.error());
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["EventBusArn"] = triggers::bus_arn(call.config.region, bus.name);
    if (!bus.description.empty()) {
        answer["Description"] = bus.description;
    }
    co_return answer;
}

Served delete_event_bus(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    const std::string name = read_required(fields, constraints, "Name", "name");
    if (const auto wrong = request_fault(fault, constraints)) {
        co_return *wrong;
    }
    const auto removed = co_await call.buses.remove_bus(name);
    if (removed.has_error()) {
        co_return from_error(removed.error());
    }
    co_return nlohmann::json();
}

Served describe_event_bus(Call call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    const std::string name = read_bus(fields, "Name");
    if (const auto wrong = request_fault(fault, Constraints())) {
        co_return *wrong;
    }
    const auto bus = call.buses.bus(name);
    if (bus.has_error()) {
        co_return from_error(bus.error());
    }
    co_return bus_json(call, bus.value());
}

Served list_event_buses(Call call) {
    LAMBENT_CO_TRY(const Page page, read_page(call.body));
    const auto name = [](const EventBus& bus) -> const std::string& {
        return bus.name;
    };
    const auto render = [&call](const EventBus& bus) {
        return bus_json(call, bus);
    };
    co_return page_of(call.buses.buses(), page, "EventBuses", name, render);
}

}  // namespace lambent::api::events
