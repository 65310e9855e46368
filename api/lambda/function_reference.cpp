#include "api/lambda/function_reference.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace lambent::api::lambda {

const char kFunctionNamePattern[] =
    "(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?"
    "(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";

const char kRolePattern[] = "arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+";

namespace {

bool is_word(std::string_view text) {
    const auto fits = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_lower(std::string_view text) {
    const auto fits = [](unsigned char c) {
        return std::islower(c) != 0;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

// "us-east-1", "us-gov-west-1", "us-isob-east-1": two letters first, one digit last, letters
// between.
bool is_region(std::string_view text) {
    const auto last = text.rfind('-');
    if (last == std::string_view::npos || last < 4 || text[2] != '-') {
        return false;
    }
    std::string_view between = text.substr(3, last - 3);
    if (const auto inner = between.find('-'); inner != std::string_view::npos) {
        const std::string_view partition = between.substr(0, inner);
        if (partition != "gov" && partition.substr(0, 3) != "iso") {
            return false;
        }
        between.remove_prefix(inner + 1);
    }
    const std::string_view number = text.substr(last + 1);
    return is_lower(text.substr(0, 2)) && is_lower(between) && number.size() == 1 &&
           is_digits(number);
}

bool is_account(std::string_view text) {
    return text.size() == 12 && is_digits(text);
}

bool is_qualifier(std::string_view text) {
    return text == "$LATEST" || is_word(text);
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto colon = text.find(':');
        parts.push_back(text.substr(0, colon));
        if (colon == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(colon + 1);
    }
}

// Every part before the name may be left out, so each is taken only when it looks like itself and
// a name can still follow.
class Parts {
  public:
    explicit Parts(std::vector<std::string_view> parts) : parts_(std::move(parts)) {}

    bool skip_arn() {
        if (parts_[0] != "arn") {
            return true;
        }
        next_ = 3;
        return parts_.size() > 3 && (parts_[1].empty() || parts_[1].substr(0, 3) == "aws") &&
               parts_[2] == "lambda";
    }
    template <class Looks>
    std::string take_if(Looks looks) {
        if (next_ + 1 < parts_.size() && looks(parts_[next_])) {
            return std::string(parts_[next_++]);
        }
        return {};
    }
    std::size_t left() const { return parts_.size() - next_; }
    std::string_view take() { return parts_[next_++]; }

  private:
    std::vector<std::string_view> parts_;
    std::size_t next_ = 0;
};

}  // namespace

bool is_digits(std::string_view text) {
    const auto fits = [](unsigned char c) {
        return std::isdigit(c) != 0;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

std::optional<FunctionReference> parse_function_reference(std::string_view text) {
    FunctionReference reference;
    if (is_word(text)) {  // the warm path: a bare name
        reference.name = text;
        return reference;
    }
    Parts parts(split(text));
    if (!parts.skip_arn()) {
        return std::nullopt;
    }
    reference.region = parts.take_if(is_region);
    reference.account = parts.take_if(is_account);
    parts.take_if([](std::string_view part) { return part == "function"; });
    if (parts.left() == 0 || parts.left() > 2) {
        return std::nullopt;
    }
    reference.name = parts.take();
    if (parts.left() == 1) {
        reference.qualifier = parts.take();
        if (!is_qualifier(reference.qualifier)) {
            return std::nullopt;
        }
    }
    if (!is_word(reference.name)) {
        return std::nullopt;
    }
    return reference;
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
