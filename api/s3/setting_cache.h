#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "triggers/objects/object_store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace lambent::api::s3 {

// A bucket's setting as it was parsed once: what every request asks for costs no row. The door is
// the only writer of settings and says `forget` after each write. Event loop's thread only.
template <class T>
class SettingCache {
  public:
    // Nothing when the stored text cannot be read; put refuses such texts.
    using Parse =
        std::function<std::shared_ptr<const T>(const std::string& text, const std::string& bucket)>;
    SettingCache(triggers::ObjectStore& store, std::string name, Parse parse)
        : store_(store), name_(std::move(name)), parse_(std::move(parse)) {}

    // Null when the bucket has none. kNotFound "bucket".
    Task<Result<std::shared_ptr<const T>>> find(std::string bucket) {
        if (const auto known = known_.find(bucket); known != known_.end()) {
            co_return known->second;
        }
        const std::uint64_t edition = edition_;
        auto reading = store_.setting(bucket, name_);
        LAMBENT_CO_TRY(const auto text, co_await std::move(reading));
        std::shared_ptr<const T> value;
        if (text) {
            value = parse_(*text, bucket);
        }
        // What was written while this was read may be newer.
        if (edition == edition_) {
            if (known_.size() >= kKnownMax) {
                known_.clear();
            }
            known_[bucket] = value;
        }
        co_return value;
    }

    void forget(const std::string& bucket) {
        ++edition_;
        known_.erase(bucket);
    }

  private:
    static constexpr std::size_t kKnownMax = 1024;

    triggers::ObjectStore& store_;
    const std::string name_;
    const Parse parse_;
    std::map<std::string, std::shared_ptr<const T>> known_;
    std::uint64_t edition_ = 0;
};

}  // namespace lambent::api::s3
