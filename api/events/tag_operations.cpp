#include "api/events/events_errors.h"
#include "api/events/events_fields.h"

#include <functional>
#include <utility>

namespace lambent::api::events {
namespace {

using triggers::Tags;

// A bus, or a rule of one.
struct Tagged {
    std::string bus;
    std::string rule;  // empty: the bus itself
    Tags tags;
};

// "arn:…:rule/name", "arn:…:rule/bus/name" or "arn:…:event-bus/name".
Answer<Tagged> read_arn(const std::string& arn) {
    constexpr std::string_view kBus = ":event-bus/";
    constexpr std::string_view kRule = ":rule/";
    Tagged tagged;
    if (arn.find(kBus) != std::string::npos) {
        tagged.bus = bus_name(arn);
        return tagged;
    }
    const std::size_t at = arn.find(kRule);
    if (!arn.starts_with("arn:aws:events:") || at == std::string::npos) {
        return validation_failed(
            "Parameter " + arn + " is not valid. Reason: Provided Arn is not in correct format."
        );
    }
    const std::string named = arn.substr(at + kRule.size());
    const std::size_t slash = named.rfind('/');
    tagged.bus = slash == std::string::npos ? triggers::kDefaultBus : named.substr(0, slash);
    tagged.rule = slash == std::string::npos ? named : named.substr(slash + 1);
    return tagged;
}

Answer<Tagged> read_tagged(const Call& call) {
    std::string fault;
    JsonFields fields(call.body, fault);
    Constraints constraints;
    const std::string arn = read_required(fields, constraints, "ResourceARN", "resourceARN");
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    LAMBENT_TRY(Tagged tagged, read_arn(arn));
    if (tagged.rule.empty()) {
        const auto bus = call.buses.bus(tagged.bus);
        if (bus.has_error()) {
            return from_error(bus.error());
        }
        tagged.tags = bus->tags;
        return tagged;
    }
    const auto rule = call.buses.rule(tagged.bus, tagged.rule);
    if (rule.has_error()) {
        return from_error(rule.error());
    }
    tagged.tags = rule->tags;
    return tagged;
}

Served keep(Call call, Tagged tagged) {
    const auto kept = co_await call.buses.set_tags(tagged.bus, tagged.rule, tagged.tags);
    if (kept.has_error()) {
        co_return from_error(kept.error());
    }
    co_return nlohmann::json::object();
}

}  // namespace

Served list_tags(Call call) {
    LAMBENT_CO_TRY(const Tagged tagged, read_tagged(call));
    nlohmann::json listed = nlohmann::json::array();
    for (const auto& [key, value] : tagged.tags) {
        nlohmann::json tag = nlohmann::json::object();
        tag["Key"] = key;
        tag["Value"] = value;
        listed.push_back(std::move(tag));
    }
    nlohmann::json answer = nlohmann::json::object();
    answer["Tags"] = std::move(listed);
    co_return answer;
}

Served tag_resource(Call call) {
    LAMBENT_CO_TRY(Tagged tagged, read_tagged(call));
    LAMBENT_CO_TRY(const Tags added, read_tags(call.body));
    for (const auto& [key, value] : added) {
        tagged.tags[key] = value;
    }
    co_return co_await keep(call, std::move(tagged));
}

Served untag_resource(Call call) {
    LAMBENT_CO_TRY(Tagged tagged, read_tagged(call));
    std::string fault;
    JsonFields fields(call.body, fault);
    const auto keys = fields.texts("TagKeys").value_or(std::vector<std::string>());
    if (const auto wrong = request_fault(fault, Constraints())) {
        co_return *wrong;
    }
    for (const std::string& key : keys) {
        tagged.tags.erase(key);
    }
    co_return co_await keep(call, std::move(tagged));
}

}  // namespace lambent::api::events
