#pragma once

#include "api/autoscaling/operations.h"
#include "api/wire/constraints.h"
#include "api/wire/json_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api::autoscaling {

inline constexpr std::string_view kNamespace = "lambda";
inline constexpr std::size_t kNameMax = 256;  // of policies and actions
inline constexpr std::string_view kDimension = "lambda:function:ProvisionedConcurrency";

// The resource that a request is about: ServiceNamespace, ResourceId and ScalableDimension, all
// three. Only functions can be named.
Answer<std::string> read_resource(const nlohmann::json& body);

// A capacity, if it is there: zero or more.
std::optional<std::uint32_t> read_slots(
    JsonFields& fields, Constraints& constraints, std::string_view member, std::string_view field
);

// What a Describe… request asks for.
struct Filter {
    bool nothing = false;            // of this namespace or dimension there is nothing
    std::string resource;            // empty: any
    std::vector<std::string> names;  // empty: any
    std::size_t limit = 50;
    std::string after;  // the key of the last page's last item

    bool wants(const std::string& of_resource, const std::string& name) const;
};
// `names`: the member that lists what is asked for by name.
Answer<Filter> read_filter(const nlohmann::json& body, std::string_view names);

// One page of items that are ordered by their keys.
template <class Item, class Key, class Render>
nlohmann::json page_of(
    const std::vector<Item>& items,
    const Filter& filter,
    std::string_view member,
    Key key,
    Render render
) {
    nlohmann::json page = nlohmann::json::object();
    nlohmann::json listed = nlohmann::json::array();
    std::string last;
    for (const Item& item : items) {
        if (!filter.after.empty() && key(item) <= filter.after) {
            continue;
        }
        if (listed.size() == filter.limit) {
            page["NextToken"] = last;
            break;
        }
        last = key(item);
        listed.push_back(render(item));
    }
    page[member] = std::move(listed);
    return page;
}

nlohmann::json seconds_json(std::int64_t ms);  // as AWS's JSON has times

}  // namespace lambent::api::autoscaling
