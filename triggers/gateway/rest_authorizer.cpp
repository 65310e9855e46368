#include "triggers/gateway/rest_authorizer.h"

#include "base/json_depth.h"

// A token is a stranger's, and the loop is everybody's: a match may take as many steps as the token
// has bytes, times the square of the expression's, or the square of the token's when that is more;
// this bounds the latter, and kFormStepsMax the former.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#define BOOST_REGEX_MAX_STATE_COUNT 1000000
#include <boost/regex.hpp>
#pragma GCC diagnostic pop
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace lambent::triggers {
namespace {

constexpr std::size_t kFormStepsMax = 5'000'000;
constexpr std::size_t kRestContextBytesMax = 8 * 1024;

// A text for every plain value; nothing for lists and objects.
std::optional<std::string> plain_text(const nlohmann::json& value) {
    if (value.is_structured()) {
        return std::nullopt;
    }
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string dump_answer(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::optional<Verdict> rest_verdict_of(const std::string& payload) {
    const auto answer = parse_shallow_json(payload);
    if (!answer || !answer->is_object() || !answer->contains("principalId") ||
        !answer->contains("policyDocument") || !is_usable_policy(answer->at("policyDocument"))) {
        return std::nullopt;
    }
    const auto principal = plain_text(answer->at("principalId"));
    if (!principal) {
        return std::nullopt;
    }
    nlohmann::json context = nlohmann::json::object();
    nlohmann::json said = answer->value("context", nlohmann::json());
    if (!said.is_object()) {
        said = nlohmann::json::object();
    }
    for (const auto& [name, value] : said.items()) {
        auto text = plain_text(value);
        if (!text) {
            return std::nullopt;
        }
        context[name] = std::move(*text);
    }
    context["principalId"] = *principal;
    Verdict verdict;
    verdict.context = dump_answer(context);
    verdict.policy = dump_answer(answer->at("policyDocument"));
    const bool fits = verdict.context.size() <= kRestContextBytesMax;
    return fits ? std::optional(std::move(verdict)) : std::nullopt;
}

Ruling rest_ruling(const Verdict& verdict, const std::string& method_arn) {
    const auto policy = parse_shallow_json(verdict.policy);
    return policy ? ruling_of(*policy, method_arn) : Ruling::kSilent;
}

bool has_valid_form(const ApiAuthorizer& authorizer, const std::string& token) {
    const std::string& form = authorizer.validation;
    if (form.empty()) {
        return true;
    }
    if (token.size() * form.size() * form.size() > kFormStepsMax) {
        return false;
    }
    try {
        return boost::regex_match(token, boost::regex(form));
    } catch (const std::runtime_error&) {  // also when it takes too long
        return false;
    }
}

bool is_token_form(const std::string& expression) {
    try {
        const boost::regex form(expression);
        return !form.empty();
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace lambent::triggers
