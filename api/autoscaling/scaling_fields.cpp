#include "api/autoscaling/scaling_fields.h"

#include "api/autoscaling/scaling_errors.h"
#include "scheduler/scaling/provisioned_capacity.h"

#include <limits>

namespace lambent::api::autoscaling {
namespace {

constexpr std::int64_t kPageMax = 50;

std::string read_required(
    JsonFields& fields, Constraints& constraints, std::string_view member, std::string_view field
) {
    const auto text = fields.text(member);
    if (!text) {
        constraints.must_not_be_null(field);
    }
    return text.value_or("");
}

}  // namespace

Answer<std::string> read_resource(const nlohmann::json& body) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    const std::string space =
        read_required(fields, constraints, "ServiceNamespace", "serviceNamespace");
    std::string resource = read_required(fields, constraints, "ResourceId", "resourceId");
    const std::string dimension =
        read_required(fields, constraints, "ScalableDimension", "scalableDimension");
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    if (space != kNamespace || dimension != kDimension ||
        !scheduler::FunctionResource::parse(resource)) {
        return validation_failed(
            "Unsupported service namespace, resource type or scalable dimension"
        );
    }
    return resource;
}

std::optional<std::uint32_t> read_slots(
    JsonFields& fields, Constraints& constraints, std::string_view member, std::string_view field
) {
    const auto slots = fields.number(member);
    if (!slots) {
        return std::nullopt;
    }
    constraints.range(field, *slots, 0, std::numeric_limits<std::int32_t>::max());
    return static_cast<std::uint32_t>(*slots);
}

bool Filter::wants(const std::string& of_resource, const std::string& name) const {
    return !nothing && (resource.empty() || resource == of_resource) &&
           (names.empty() || std::find(names.begin(), names.end(), name) != names.end());
}

Answer<Filter> read_filter(const nlohmann::json& body, std::string_view names) {
    std::string fault;
    JsonFields fields(body, fault);
    Constraints constraints;
    Filter filter;
    const std::string space =
        read_required(fields, constraints, "ServiceNamespace", "serviceNamespace");
    const std::string dimension =
        fields.text("ScalableDimension").value_or(std::string(kDimension));
    filter.nothing = space != kNamespace || dimension != kDimension;
    filter.resource = fields.text("ResourceId").value_or("");
    filter.names = fields.texts(names).value_or(std::vector<std::string>());
    filter.after = fields.text("NextToken").value_or("");
    const std::int64_t limit = fields.number("MaxResults").value_or(kPageMax);
    constraints.range("maxResults", limit, 1, kPageMax);
    if (const auto wrong = request_fault(fault, constraints)) {
        return *wrong;
    }
    filter.limit = static_cast<std::size_t>(limit);
    return filter;
}

nlohmann::json seconds_json(std::int64_t ms) {
    return static_cast<double>(ms) / 1'000.0;
}

}  // namespace lambent::api::autoscaling
