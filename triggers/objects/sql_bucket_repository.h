#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/objects/object.h"

#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// The rows of buckets and of what is configured about them, inside somebody else's transaction.
// Borrowed for one closure.
class SqlBucketRepository {
  public:
    explicit SqlBucketRepository(sql::Session& session) : session_(session) {}

    Result<void> insert(const Bucket& bucket);  // kConflict when the name is taken
    Result<void> erase(const std::string& name);
    Result<Bucket> find(const std::string& name);  // kNotFound "bucket"
    Result<std::vector<Bucket>> all();
    Result<void> set_versioning(const std::string& name, Versioning versioning);

    Result<std::vector<NotificationRule>> rules(const std::string& bucket);  // kNotFound "bucket"
    Result<void> set_rules(const std::string& bucket, const std::vector<NotificationRule>& rules);

    // Texts that somebody else can read, each under a name of their own.
    Result<std::optional<std::string>> setting(const std::string& bucket, const std::string& name);
    Result<void> set_setting(
        const std::string& bucket, const std::string& name, const std::string& content
    );
    Result<void> erase_setting(const std::string& bucket, const std::string& name);
    // The buckets that have a setting of that name.
    Result<std::vector<std::string>> buckets_with(const std::string& name);

  private:
    sql::Session& session_;
};

}  // namespace lambent::triggers
