#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/objects/object.h"
#include "triggers/objects/version_fold.h"

#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// The rows of what a plain GET does not see: older versions, and delete markers. Inside somebody
// else's transaction; borrowed for one closure.
class SqlVersionRepository {
  public:
    explicit SqlVersionRepository(sql::Session& session) : session_(session) {}

    Result<void> insert(const ObjectInfo& version);
    Result<void> set_tags(const ObjectInfo& version);
    Result<void> erase(const ObjectInfo& version);
    Result<std::optional<ObjectInfo>> find(
        const std::string& bucket, const std::string& key, const std::string& version
    );
    Result<std::optional<ObjectInfo>> newest(const std::string& bucket, const std::string& key);
    // Current objects and these rows together: by key, the newest first. Without their parts.
    Result<std::vector<ObjectInfo>> page(
        const std::string& bucket, const std::string& prefix, const VersionSeek& seek
    );

  private:
    Result<std::optional<ObjectInfo>> find_one(
        const std::string& condition, std::vector<sql::Value> values
    );

    sql::Session& session_;
};

}  // namespace lambent::triggers
