#include "triggers/gateway/verdict_cache.h"

#include "base/files/content_hash.h"

#include <utility>

namespace lambent::triggers {
namespace {

// Sizes stand before the texts, so that no two lists of texts have the same key.
std::string cache_key(const std::vector<std::string>& asked) {
    Digest key(HashKind::kSha256);
    for (const std::string& text : asked) {
        key.update(std::to_string(text.size()) + ":");
        key.update(text);
    }
    return key.finish();
}

std::size_t bytes_of(const Verdict& verdict) {
    return verdict.context.size() + verdict.policy.size();
}

}  // namespace

std::optional<Verdict> VerdictCache::find(const std::vector<std::string>& asked, SteadyTime now)
    const {
    const auto found = known_.find(cache_key(asked));
    if (found == known_.end() || found->second.end->first <= now) {
        return std::nullopt;
    }
    return found->second.verdict;
}

void VerdictCache::keep(
    const std::vector<std::string>& asked, Verdict verdict, SteadyTime now, SteadyTime until
) {
    const std::string key = cache_key(asked);
    if (const auto before = known_.find(key); before != known_.end()) {
        drop(before);
    }
    context_bytes_ += bytes_of(verdict);
    known_.emplace(key, Known{std::move(verdict), ends_.emplace(until, key)});
    while (!ends_.empty() && (ends_.begin()->first <= now || known_.size() > kVerdictsMax ||
                              context_bytes_ > kContextBytesMax)) {
        drop(known_.find(ends_.begin()->second));
    }
}

void VerdictCache::drop(AllKnown::iterator one) {
    context_bytes_ -= bytes_of(one->second.verdict);
    ends_.erase(one->second.end);
    known_.erase(one);
}

}  // namespace lambent::triggers
