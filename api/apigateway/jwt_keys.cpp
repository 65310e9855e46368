#include "api/apigateway/jwt_keys.h"

#include "api/wire/json.h"
#include "base/fetch/fetch.h"
#include "triggers/gateway/jwt.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace lambent::api::apigateway {
namespace {

constexpr std::chrono::hours kAgeMax{2};
constexpr std::chrono::minutes kPause{1};

// By way of the issuer's own description (OpenID Connect Discovery). Blocks.
Result<std::string> fetch_keys(std::string issuer) {
    if (issuer.ends_with('/')) {
        issuer.pop_back();
    }
    const FetchLimits limits;
    LAMBENT_TRY(
        const std::string text, fetch(issuer + "/.well-known/openid-configuration", limits)
    );
    LAMBENT_TRY(const nlohmann::json description, parse_json(text));
    const auto where = description.is_object() ? description.find("jwks_uri") : description.end();
    if (where == description.end() || !where->is_string()) {
        return Error(Code::kUnavailable, "issuer", "the issuer does not say where its keys are");
    }
    return fetch(where->get<std::string>(), limits);
}

}  // namespace

Task<Result<std::string>> JwtKeys::find(std::string issuer, std::string key_id) {
    const SteadyTime now = clock_.steady_now();
    const auto found = known_.find(issuer);
    if (found != known_.end()) {
        const auto age = now - found->second.asked;
        const bool has_key = triggers::has_jwt_key(found->second.key_set, key_id);
        if (age < kPause || (has_key && age < kAgeMax)) {
            co_return found->second.key_set;
        }
    }
    auto work = [issuer] {
        return fetch_keys(issuer);
    };
    Result<std::string> fetched = co_await offload(worker_, std::move(work));
    if (fetched.has_error()) {
        co_return fetched.error();
    }
    known_.insert_or_assign(issuer, Known{*fetched, now});
    co_return fetched;
}

}  // namespace lambent::api::apigateway
