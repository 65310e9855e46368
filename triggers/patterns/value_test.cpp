#include "triggers/patterns/value_test.h"

#include "triggers/patterns/ip_range.h"
#include "triggers/patterns/operators.h"
#include "triggers/patterns/text_fold.h"
#include "triggers/patterns/wildcard.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace lambent::triggers {
namespace {

using Pattern = nlohmann::ordered_json;

constexpr const char* kOneKey = "Only one key allowed in match expression";

ValueTest exact_test(const Pattern& expected) {
    if (!expected.is_string()) {
        ValueTest test;
        test.accepts = [value = nlohmann::json(expected)](const nlohmann::json& scalar) {
            return scalar == value;
        };
        return test;
    }
    const auto text = expected.get<std::string>();
    // Two spellings of one address are the same value.
    if (auto address = ip_address(text)) {
        return text_test([address = std::move(address)](const std::string& value) {
            return ip_address(value) == address;
        });
    }
    return text_test([text](const std::string& value) { return value == text; });
}

Result<ValueTest> read_exactly(const Pattern& operand) {
    if (!operand.is_string()) {
        return pattern_fault("exact match pattern must be a string");
    }
    const auto text = operand.get<std::string>();
    return text_test([text](const std::string& value) { return value == text; });
}

// The operand of prefix and suffix: a text, or {"equals-ignore-case": text}.
struct Affix {
    std::string text;
    bool folded = false;

    bool starts(const std::string& value) const {
        return folded ? fold_case(value).starts_with(text) : value.starts_with(text);
    }
    bool ends(const std::string& value) const {
        return folded ? fold_case(value).ends_with(text) : value.ends_with(text);
    }
};

Result<Affix> read_affix(const Pattern& operand, const char* operation, const char* title) {
    Affix affix;
    if (operand.is_string()) {
        affix.text = operand.get<std::string>();
        return affix;
    }
    if (!operand.is_object()) {
        return pattern_fault(std::string(operation) + " match pattern must be a string");
    }
    if (operand.empty()) {
        return pattern_fault(std::string(title) + " expression name not found");
    }
    if (operand.begin().key() != "equals-ignore-case") {
        return pattern_fault(
            "Unsupported " + std::string(operation) + " pattern: " + operand.begin().key()
        );
    }
    if (!operand.begin().value().is_string()) {
        return pattern_fault("equals-ignore-case match pattern must be a string");
    }
    if (operand.size() > 1) {
        return pattern_fault(kOneKey);
    }
    affix.text = fold_case(operand.begin().value().get<std::string>());
    affix.folded = true;
    return affix;
}

Result<ValueTest> read_prefix(const Pattern& operand) {
    LAMBENT_TRY(Affix affix, read_affix(operand, "prefix", "Prefix"));
    return text_test([affix = std::move(affix)](const std::string& value) {
        return affix.starts(value);
    });
}

Result<ValueTest> read_suffix(const Pattern& operand) {
    LAMBENT_TRY(Affix affix, read_affix(operand, "suffix", "Suffix"));
    return text_test([affix = std::move(affix)](const std::string& value) {
        return affix.ends(value);
    });
}

Result<ValueTest> read_equals_ignore_case(const Pattern& operand) {
    if (!operand.is_string()) {
        return pattern_fault("equals-ignore-case match pattern must be a string");
    }
    return text_test([folded = fold_case(operand.get<std::string>())](const std::string& value) {
        return fold_case(value) == folded;
    });
}

Result<ValueTest> read_wildcard(const Pattern& operand) {
    if (!operand.is_string()) {
        return pattern_fault("wildcard match pattern must be a string");
    }
    LAMBENT_TRY(Wildcard wildcard, Wildcard::parse(operand.get<std::string>()));
    return text_test([wildcard = std::move(wildcard)](const std::string& value) {
        return wildcard.matches(value);
    });
}

Result<ValueTest> read_cidr(const Pattern& operand) {
    if (!operand.is_string()) {
        // EventBridge speaks of a prefix here.
        return pattern_fault("prefix match pattern must be a string");
    }
    LAMBENT_TRY(IpRange range, IpRange::parse(operand.get<std::string>()));
    return text_test([range = std::move(range)](const std::string& value) {
        return range.contains(value);
    });
}

Result<ValueTest> read_exists(const Pattern& operand) {
    if (!operand.is_boolean()) {
        return pattern_fault("exists match pattern must be either true or false.");
    }
    ValueTest test;
    const bool wanted = operand.get<bool>();
    test.accepts_absence = !wanted;
    test.accepts = [wanted](const nlohmann::json&) {
        return wanted;
    };
    return test;
}

struct Operator {
    const char* name;
    Result<ValueTest> (*read)(const Pattern& operand);
    const char* more_keys;  // what is said when another key follows
};

constexpr std::array kOperators{
    Operator{"exactly", read_exactly, kOneKey},
    Operator{"prefix", read_prefix, kOneKey},
    Operator{"suffix", read_suffix, kOneKey},
    Operator{"numeric", read_numeric, "Too many elements in numeric expression"},
    Operator{"anything-but", read_anything_but, "Too many elements in numeric expression"},
    Operator{"exists", read_exists, kOneKey},
    Operator{"cidr", read_cidr, kOneKey},
    Operator{"equals-ignore-case", read_equals_ignore_case, kOneKey},
    Operator{"wildcard", read_wildcard, kOneKey},
};

Result<ValueTest> read_expression(const Pattern& expression) {
    if (expression.empty()) {
        return pattern_fault("Match expression name not found");
    }
    const std::string& name = expression.begin().key();
    for (const Operator& known : kOperators) {
        if (name == known.name) {
            LAMBENT_TRY(ValueTest test, known.read(expression.begin().value()));
            if (expression.size() > 1) {
                return pattern_fault(known.more_keys);
            }
            return test;
        }
    }
    return pattern_fault("Unrecognized match type " + name);
}

}  // namespace

Error pattern_fault(std::string reason) {
    return {Code::kInvalidArgument, "event_pattern", std::move(reason)};
}

ValueTest text_test(std::function<bool(const std::string& text)> accepts) {
    ValueTest test;
    test.accepts = [accepts = std::move(accepts)](const nlohmann::json& scalar) {
        return scalar.is_string() && accepts(scalar.get_ref<const std::string&>());
    };
    return test;
}

Result<ValueTest> read_value_test(const Pattern& element) {
    if (element.is_object()) {
        return read_expression(element);
    }
    if (element.is_array()) {
        return pattern_fault("Match value must be String, number, true, false, or null");
    }
    return exact_test(element);
}

}  // namespace lambent::triggers
