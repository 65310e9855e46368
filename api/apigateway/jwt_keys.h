#pragma once

#include "base/async/offload.h"
#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"

#include <map>
#include <string>

namespace lambent::api::apigateway {

// The key sets of issuers of tokens, fetched when they are needed, by a thread of their own, and
// kept for two hours. For a key that is not among them an issuer is asked again, once a minute at
// most. Event loop's thread only.
class JwtKeys {
  public:
    explicit JwtKeys(const Clock& clock) : clock_(clock) {}

    // The set of that issuer, with the key if there is one. kUnavailable.
    Task<Result<std::string>> find(std::string issuer, std::string key_id);

  private:
    struct Known {
        std::string key_set;
        SteadyTime asked;
    };

    const Clock& clock_;
    WorkerPool worker_{1};
    std::map<std::string, Known> known_;
};

}  // namespace lambent::api::apigateway
