#include "api/s3/policy_condition.h"

#include "api/s3/policy_text.h"
#include "api/s3/s3_call.h"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace lambent::api::s3 {
namespace {

bool equals(const std::string& wanted, const std::string& value) {
    return wanted == value;
}
bool equals_ignoring_case(const std::string& wanted, const std::string& value) {
    return lower_case(wanted) == lower_case(value);
}
bool is_like(const std::string& wanted, const std::string& value) {
    return matches_pattern(wanted, value);
}
double number_of_text(const std::string& text) {
    return std::strtod(text.c_str(), nullptr);
}
bool number_equals(const std::string& wanted, const std::string& value) {
    return number_of_text(value) == number_of_text(wanted);
}
bool number_less(const std::string& wanted, const std::string& value) {
    return number_of_text(value) < number_of_text(wanted);
}
bool number_at_most(const std::string& wanted, const std::string& value) {
    return number_of_text(value) <= number_of_text(wanted);
}
bool number_greater(const std::string& wanted, const std::string& value) {
    return number_of_text(value) > number_of_text(wanted);
}
bool number_at_least(const std::string& wanted, const std::string& value) {
    return number_of_text(value) >= number_of_text(wanted);
}
// Dates of one shape, "2026-01-01T00:00:00Z", are in the order of their texts.
bool date_less(const std::string& wanted, const std::string& value) {
    return value < wanted;
}
bool date_at_most(const std::string& wanted, const std::string& value) {
    return value <= wanted;
}
bool date_greater(const std::string& wanted, const std::string& value) {
    return value > wanted;
}
bool date_at_least(const std::string& wanted, const std::string& value) {
    return value >= wanted;
}

struct Address {
    std::array<unsigned char, 16> bytes{};
    unsigned bits = 0;  // 0: no address
};

Address address_of(const std::string& text) {
    Address address;
    if (::inet_pton(AF_INET, text.c_str(), address.bytes.data()) == 1) {
        address.bits = 32;
    } else if (::inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
        address.bits = 128;
    }
    return address;
}

// "10.0.0.0/8", or one address.
bool is_in_network(const std::string& network, const std::string& value) {
    const auto slash = std::min(network.find('/'), network.size());
    const Address base = address_of(network.substr(0, slash));
    const Address address = address_of(value);
    if (base.bits == 0 || base.bits != address.bits) {
        return false;
    }
    unsigned bits = base.bits;
    if (slash < network.size()) {
        std::from_chars(network.data() + slash + 1, network.data() + network.size(), bits);
    }
    bits = std::min(bits, base.bits);
    if (std::memcmp(base.bytes.data(), address.bytes.data(), bits / 8) != 0) {
        return false;
    }
    const unsigned rest = bits % 8;
    const auto mask = static_cast<unsigned>(0xFF00U >> rest) & 0xFFU;
    return rest == 0 || (base.bytes[bits / 8] & mask) == (address.bytes[bits / 8] & mask);
}

struct Operator {
    std::string_view name;
    bool (*test)(const std::string&, const std::string&);
    bool negated;
};
constexpr std::array kOperators = {
    Operator{"StringEquals", equals, false},
    Operator{"StringNotEquals", equals, true},
    Operator{"StringEqualsIgnoreCase", equals_ignoring_case, false},
    Operator{"StringNotEqualsIgnoreCase", equals_ignoring_case, true},
    Operator{"StringLike", is_like, false},
    Operator{"StringNotLike", is_like, true},
    Operator{"ArnEquals", is_like, false},
    Operator{"ArnLike", is_like, false},
    Operator{"ArnNotEquals", is_like, true},
    Operator{"ArnNotLike", is_like, true},
    Operator{"Bool", equals_ignoring_case, false},
    Operator{"IpAddress", is_in_network, false},
    Operator{"NotIpAddress", is_in_network, true},
    Operator{"NumericEquals", number_equals, false},
    Operator{"NumericNotEquals", number_equals, true},
    Operator{"NumericLessThan", number_less, false},
    Operator{"NumericLessThanEquals", number_at_most, false},
    Operator{"NumericGreaterThan", number_greater, false},
    Operator{"NumericGreaterThanEquals", number_at_least, false},
    Operator{"DateEquals", equals, false},
    Operator{"DateNotEquals", equals, true},
    Operator{"DateLessThan", date_less, false},
    Operator{"DateLessThanEquals", date_at_most, false},
    Operator{"DateGreaterThan", date_greater, false},
    Operator{"DateGreaterThanEquals", date_at_least, false},
    Operator{"Null", nullptr, false},
};

Answer<std::string> text_of_value(const nlohmann::json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_boolean() || value.is_number()) {
        return value.dump();
    }
    return malformed_policy("Invalid condition value in policy");
}

}  // namespace

Answer<PolicyCondition> PolicyCondition::read(
    std::string_view operation, std::string key, const nlohmann::json& values
) {
    constexpr std::string_view kIfExists = "IfExists";
    PolicyCondition condition;
    condition.key_ = lower_case(key);
    if (operation.ends_with(kIfExists)) {
        condition.if_exists_ = true;
        operation.remove_suffix(kIfExists.size());
    }
    const auto known =
        std::find_if(kOperators.begin(), kOperators.end(), [operation](const Operator& each) {
            return each.name == operation;
        });
    if (known == kOperators.end()) {
        return malformed_policy("Invalid Condition type : " + std::string(operation));
    }
    condition.test_ = known->test;
    condition.negated_ = known->negated;
    for (const nlohmann::json& value :
         values.is_array() ? values : nlohmann::json::array({values})) {
        LAMBENT_TRY(std::string text, text_of_value(value));
        condition.values_.push_back(std::move(text));
    }
    return condition;
}

bool PolicyCondition::holds(const PolicyContext& context) const {
    const auto found = context.find(key_);
    if (test_ == nullptr) {
        const std::string absent = found == context.end() ? "true" : "false";
        return std::find(values_.begin(), values_.end(), absent) != values_.end();
    }
    if (found == context.end()) {
        return negated_ || if_exists_;
    }
    const bool hit = std::any_of(values_.begin(), values_.end(), [&](const std::string& wanted) {
        return test_(wanted, found->second);
    });
    return hit != negated_;
}

AwsError malformed_policy(std::string message) {
    return AwsError(400, "MalformedPolicy", std::move(message));
}

}  // namespace lambent::api::s3
