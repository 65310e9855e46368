#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "base/fetch/reach.h"
#include "base/result.h"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace lambent::api::apigateway {

// By way of the issuer's own description (OpenID Connect Discovery). Blocks. kUnavailable;
// kUnauthorised when the issuer, or the place that it names, is out of reach.
Result<std::string> fetch_keys(std::string issuer, Reach reach);

// The key sets of issuers of tokens, fetched when they are needed, by a thread of their own, and
// kept for two hours. For a key that is not among them an issuer is asked again; once a minute at
// most, whether it answered or not, and by one flow for all that wait. What it said last is kept
// while it does not answer. Event loop's thread only.
class JwtKeys {
  public:
    using Fetch = std::function<Result<std::string>(std::string issuer)>;

    JwtKeys(const Clock& clock, Fetch fetch) : clock_(clock), fetch_(std::move(fetch)) {}
    JwtKeys(const Clock& clock, Reach reach)
        : JwtKeys(clock, [reach](std::string issuer) {
              return fetch_keys(std::move(issuer), reach);
          }) {}

    // The set of that issuer, with the key if there is one. kUnavailable.
    Task<Result<std::string>> find(std::string issuer, std::string key_id);

  private:
    using Flight = std::shared_ptr<boost::asio::steady_timer>;  // rings when the fetch has ended
    struct Known {
        std::optional<std::string> key_set;
        SteadyTime fetched;               // when the set was asked for
        std::optional<SteadyTime> asked;  // last, with or without success
        Error fault;                      // of the last time without success
        Flight flight;                    // of the fetch that goes on
    };

    bool has_fresh(const Known& known, const std::string& key_id) const;
    Task<> refresh(std::string issuer, Known& known);
    static Task<> wait_for(const Known& known);

    const Clock& clock_;
    Fetch fetch_;
    WorkerPool worker_{1};
    std::map<std::string, Known> known_;  // by issuer; nothing is ever taken out
};

}  // namespace lambent::api::apigateway
