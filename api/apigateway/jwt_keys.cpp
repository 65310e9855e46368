#include "api/apigateway/jwt_keys.h"

#include "api/wire/json.h"
#include "base/fetch/fetch.h"
#include "triggers/gateway/jwt.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace lambent::api::apigateway {
namespace {

constexpr std::chrono::hours kAgeMax{2};
constexpr std::chrono::minutes kPause{1};

}  // namespace

Result<std::string> fetch_keys(std::string issuer, Reach reach) {
    if (issuer.ends_with('/')) {
        issuer.pop_back();
    }
    FetchLimits limits;
    limits.reach = reach;
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

// However young a set is, for a key that it does not have it may no longer be all there is.
bool JwtKeys::has_fresh(const Known& known, const std::string& key_id) const {
    return known.key_set && clock_.steady_now() - known.fetched < kAgeMax &&
           triggers::has_jwt_key(*known.key_set, key_id);
}

Task<Result<std::string>> JwtKeys::find(std::string issuer, std::string key_id) {
    Known& known = known_[issuer];
    if (!has_fresh(known, key_id)) {
        if (known.flight) {
            co_await wait_for(known);
        } else if (!known.asked || clock_.steady_now() - *known.asked >= kPause) {
            co_await refresh(std::move(issuer), known);
        }
    }
    if (!known.key_set) {
        co_return known.fault;
    }
    co_return *known.key_set;
}

Task<> JwtKeys::refresh(std::string issuer, Known& known) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const SteadyTime now = clock_.steady_now();
    known.asked = now;
    known.flight = std::make_shared<boost::asio::steady_timer>(
        executor, boost::asio::steady_timer::time_point::max()
    );
    auto work = [fetch = fetch_, issuer] {
        return fetch(issuer);
    };
    Result<std::string> fetched = co_await offload(worker_, std::move(work));
    if (fetched.has_error()) {
        known.fault = fetched.error();
    } else {
        known.key_set = std::move(fetched).value();
        known.fetched = now;
    }
    std::exchange(known.flight, nullptr)->cancel();
}

Task<> JwtKeys::wait_for(const Known& known) {
    const Flight flight = known.flight;
    while (known.flight == flight) {
        boost::system::error_code woken;
        co_await flight->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        if (state.cancelled() != boost::asio::cancellation_type::none) {
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
    }
}

}  // namespace lambent::api::apigateway
