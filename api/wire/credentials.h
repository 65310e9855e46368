#pragma once

#include "api/wire/service.h"

#include <map>
#include <optional>
#include <string>

namespace lambent::api {

// The keys that requests may be signed with. Filled at start (root) and as functions come to need
// one. Event loop's thread only.
class Credentials {
  public:
    struct Key {
        std::string secret;
        Principal principal;
    };
    void add(Key key) { keys_[key.principal.access_key] = std::move(key); }
    const Key* find(const std::string& access_key) const {
        const auto found = keys_.find(access_key);
        return found == keys_.end() ? nullptr : &found->second;
    }

  private:
    std::map<std::string, Key> keys_;
};

}  // namespace lambent::api
