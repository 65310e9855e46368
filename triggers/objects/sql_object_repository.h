#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/objects/list_fold.h"
#include "triggers/objects/object.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lambent::triggers {

// The rows of current objects, one a key, inside somebody else's transaction. Borrowed for one
// closure. Keys compare as bytes: a database that is asked to hold them must collate so.
class SqlObjectRepository {
  public:
    explicit SqlObjectRepository(sql::Session& session) : session_(session) {}

    Result<std::optional<ObjectInfo>> find(const std::string& bucket, const std::string& key);
    Result<void> put(const ObjectInfo& object);
    Result<void> erase(const std::string& bucket, const std::string& key);
    // Without their parts.
    Result<std::vector<ObjectInfo>> page(
        const std::string& bucket, const std::string& prefix, const ListSeek& seek
    );
    // Whether a current object or an older version, marker or not, is there.
    Result<bool> holds_anything(const std::string& bucket);

    // Whether an object, an older version or a part of an upload names the blob.
    Result<bool> is_used(const std::string& blob);
    Result<std::set<std::string>> used_blobs();

    // A number greater than every earlier one, also when the clock went back.
    Result<std::int64_t> next_sequence(std::int64_t at_least);

  private:
    sql::Session& session_;
};

}  // namespace lambent::triggers
