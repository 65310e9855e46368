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
#include <optional>
#include <system_error>
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

struct Network {
    Address base;
    unsigned bits = 0;  // of the prefix
};

// "10.0.0.0/8", or one address.
std::optional<Network> network_of(const std::string& text) {
    const auto slash = std::min(text.find('/'), text.size());
    Network network{address_of(text.substr(0, slash)), 0};
    network.bits = network.base.bits;
    const char* end = text.data() + text.size();
    if (slash < text.size()) {
        const auto read = std::from_chars(text.data() + slash + 1, end, network.bits);
        if (read.ec != std::errc{} || read.ptr != end || network.bits > network.base.bits) {
            return std::nullopt;
        }
    }
    return network.base.bits == 0 ? std::nullopt : std::optional(network);
}
bool is_network(const std::string& wanted) {
    return network_of(wanted).has_value();
}
bool is_in_network(const std::string& wanted, const std::string& value) {
    const auto network = network_of(wanted);
    const Address address = address_of(value);
    if (!network || network->base.bits != address.bits) {
        return false;
    }
    const std::size_t whole = network->bits / 8;
    const unsigned rest = network->bits % 8;
    const auto mask = static_cast<unsigned>(0xFF00U >> rest) & 0xFFU;
    const auto& base = network->base.bytes;
    return std::memcmp(base.data(), address.bytes.data(), whole) == 0 &&
           (rest == 0 || (base[whole] & mask) == (address.bytes[whole] & mask));
}

bool is_anything(const std::string& /*wanted*/) {
    return true;
}
bool is_number(const std::string& wanted) {
    char* end = nullptr;
    std::strtod(wanted.c_str(), &end);
    return !wanted.empty() && *end == '\0';
}
bool is_truth(const std::string& wanted) {
    return wanted == "true" || wanted == "false";
}

struct Operator {
    std::string_view name;
    bool (*test)(const std::string&, const std::string&);
    bool negated;
    bool (*takes)(const std::string&) = is_anything;  // what may stand in a policy
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
    Operator{"IpAddress", is_in_network, false, is_network},
    Operator{"NotIpAddress", is_in_network, true, is_network},
    Operator{"NumericEquals", number_equals, false, is_number},
    Operator{"NumericNotEquals", number_equals, true, is_number},
    Operator{"NumericLessThan", number_less, false, is_number},
    Operator{"NumericLessThanEquals", number_at_most, false, is_number},
    Operator{"NumericGreaterThan", number_greater, false, is_number},
    Operator{"NumericGreaterThanEquals", number_at_least, false, is_number},
    Operator{"DateEquals", equals, false},
    Operator{"DateNotEquals", equals, true},
    Operator{"DateLessThan", date_less, false},
    Operator{"DateLessThanEquals", date_at_most, false},
    Operator{"DateGreaterThan", date_greater, false},
    Operator{"DateGreaterThanEquals", date_at_least, false},
    Operator{"Null", nullptr, false, is_truth},
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
        if (!known->takes(text)) {
            return malformed_policy("Invalid condition value in policy");
        }
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
