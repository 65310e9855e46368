#pragma once

#include "api/events/operations.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"
#include "triggers/events/rule.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api::events {

// A member that must be there.
std::string read_required(
    JsonFields& fields, Constraints& constraints, std::string_view member, std::string_view field
);
void check_rule_name(Constraints& constraints, std::string_view field, const std::string& name);

// A bus by its name or ARN; the default bus when it is left out.
std::string read_bus(JsonFields& fields, std::string_view member);
std::string bus_name(const std::string& name_or_arn);

// A rule, and on which bus: the members `member` and EventBusName.
struct RuleReference {
    std::string bus;
    std::string rule;
};
Answer<RuleReference> read_rule_reference(const nlohmann::json& body, std::string_view member);

Answer<triggers::Tags> read_tags(const nlohmann::json& body);

// Which part of a listing is asked for.
struct Page {
    std::string prefix;
    std::string after;
    std::size_t limit = 100;
};
Answer<Page> read_page(const nlohmann::json& body);

// The page of items that are ordered by their names.
template <class Item, class Name, class Render>
nlohmann::json page_of(
    const std::vector<Item>& items,
    const Page& page,
    std::string_view member,
    Name name,
    Render render
) {
    nlohmann::json answer = nlohmann::json::object();
    nlohmann::json listed = nlohmann::json::array();
    std::string last;
    for (const Item& item : items) {
        const std::string& key = name(item);
        if (!key.starts_with(page.prefix) || (!page.after.empty() && key <= page.after)) {
            continue;
        }
        if (listed.size() == page.limit) {
            answer["NextToken"] = last;
            break;
        }
        last = key;
        listed.push_back(render(item));
    }
    answer[member] = std::move(listed);
    return answer;
}

}  // namespace lambent::api::events
