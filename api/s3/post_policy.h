#pragma once

#include "api/wire/errors.h"
#include "base/clock.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lambent::api::s3 {

using FormFields = std::map<std::string, std::string>;  // names in lower case

// What the signer of a browser's form allows its fields and file to be.
class PostPolicy {
  public:
    // `text` is the JSON that the form carries in base64.
    static Answer<PostPolicy> parse(const std::string& text);

    // Not expired, every condition holds, no field is there that no condition speaks of.
    Answer<void> check(const FormFields& fields, WallTime now) const;
    std::uint64_t bytes_min() const { return bytes_min_; }
    std::uint64_t bytes_max() const { return bytes_max_; }

  private:
    struct Condition {
        std::string field;
        std::string text;
        bool only_begins = false;
    };

    Answer<void> add_simple(const nlohmann::json& fields);
    Answer<void> add_listed(const nlohmann::json& list);

    WallTime expires_;
    std::vector<Condition> conditions_;
    std::uint64_t bytes_min_ = 0;
    std::uint64_t bytes_max_ = UINT64_MAX;
};

}  // namespace lambent::api::s3
