#pragma once

#include "base/clock.h"
#include "triggers/gateway/authorizer.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// What authorizers decided, for as long as it holds. Its memory is bounded by verdicts and by bytes
// of their contexts and policies: what ends first goes first. What was asked (API, authorizer, the
// caller's secrets) is kept as a hash. Event loop's thread only.
class VerdictCache {
  public:
    static constexpr std::size_t kVerdictsMax = 10'000;
    static constexpr std::size_t kContextBytesMax = 8 * 1024 * 1024;  // of all together

    std::optional<Verdict> find(const std::vector<std::string>& asked, SteadyTime now) const;
    // In the place of what was decided of the same before.
    void keep(
        const std::vector<std::string>& asked, Verdict verdict, SteadyTime now, SteadyTime until
    );

    std::size_t size() const { return known_.size(); }
    std::size_t context_bytes() const { return context_bytes_; }

  private:
    using Ends = std::multimap<SteadyTime, std::string>;  // keys, by when they end
    struct Known {
        Verdict verdict;
        Ends::iterator end;
    };
    using AllKnown = std::map<std::string, Known>;

    void drop(AllKnown::iterator one);

    AllKnown known_;
    Ends ends_;
    std::size_t context_bytes_ = 0;
};

}  // namespace lambent::triggers
