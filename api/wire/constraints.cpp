#include "api/wire/constraints.h"

#include <algorithm>

namespace lambent::api {

void Constraints::must_not_be_null(std::string_view field) {
    faults_.push_back(
        "Value null at '" + std::string(field) +
        "' failed to satisfy constraint: Member must not be null"
    );
}

void Constraints::length(
    std::string_view field, std::string_view value, std::size_t min, std::size_t max
) {
    if (value.size() < min) {
        add(field, value, "Member must have length greater than or equal to " + std::to_string(min)
        );
    }
    if (value.size() > max) {
        add(field, value, "Member must have length less than or equal to " + std::to_string(max));
    }
}

void Constraints::range(
    std::string_view field, std::int64_t value, std::int64_t min, std::int64_t max
) {
    if (value < min) {
        add(field,
            std::to_string(value),
            "Member must have value greater than or equal to " + std::to_string(min));
    }
    if (value > max) {
        add(field,
            std::to_string(value),
            "Member must have value less than or equal to " + std::to_string(max));
    }
}

void Constraints::pattern(
    std::string_view field, std::string_view value, bool fits, std::string_view pattern
) {
    if (!fits) {
        add(field, value, "Member must satisfy regular expression pattern: " + std::string(pattern)
        );
    }
}

void Constraints::one_of(
    std::string_view field, std::string_view value, const std::vector<std::string>& allowed
) {
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) {
        return;
    }
    std::string set;
    for (const std::string& name : allowed) {
        set += (set.empty() ? "" : ", ") + name;
    }
    add(field, value, "Member must satisfy enum value set: [" + set + "]");
}

std::string Constraints::message() const {
    std::string text = std::to_string(faults_.size()) +
                       (faults_.size() == 1 ? " validation error" : " validation errors") +
                       " detected: ";
    for (const std::string& fault : faults_) {
        text += (&fault == faults_.data() ? "" : "; ") + fault;
    }
    return text;
}

void Constraints::add(std::string_view field, std::string_view value, std::string constraint) {
    faults_.push_back(
        "Value '" + std::string(value) + "' at '" + std::string(field) +
        "' failed to satisfy constraint: " + constraint
    );
}

}  // namespace lambent::api
