#include "api/lambda/constraints.h"

#include <algorithm>
#include <cctype>

namespace lambent::api::lambda {

const char kRolePattern[] = "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+";

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

bool is_role_arn(std::string_view text) {
    if (text.substr(0, 4) != "arn:") {
        return false;
    }
    text.remove_prefix(4);
    const auto colon = text.find(':');
    const std::string_view partition = text.substr(0, colon);
    if (!partition.empty() && partition.substr(0, 3) != "aws") {
        return false;
    }
    const std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon + 1);
    constexpr std::string_view kService = "iam::";
    constexpr std::string_view kRole = ":role";
    if (rest.substr(0, kService.size()) != kService || rest.size() < kService.size() + 12) {
        return false;
    }
    const std::string_view account = rest.substr(kService.size(), 12);
    const std::string_view role = rest.substr(kService.size() + 12);
    const auto digit = [](unsigned char c) {
        return std::isdigit(c) != 0;
    };
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("_+=,.@-/").find(c) != std::string_view::npos;
    };
    if (role.substr(0, kRole.size()) != kRole) {
        return false;
    }
    const std::string_view name = role.substr(kRole.size());
    return std::all_of(account.begin(), account.end(), digit) && !name.empty() &&
           std::all_of(name.begin(), name.end(), fits);
}

}  // namespace lambent::api::lambda
