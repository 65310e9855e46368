#pragma once

#include "base/result.h"
#include "triggers/objects/object.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace lambent::triggers {

struct VersionRequest {
    std::string bucket;
    std::string prefix;
    std::string delimiter;
    std::string after_key;  // exclusive, unless some of its versions are still to come
    // Of after_key: only versions older than this one are still to come; 0: none of them.
    std::int64_t after_sequence = 0;
    std::size_t limit = 1000;
};

enum class Standing { kLatest, kOlder };

struct VersionPage {
    struct Entry {
        ObjectInfo object;  // or delete marker
        Standing standing = Standing::kLatest;
    };
    std::vector<Entry> entries;
    std::vector<std::string> common_prefixes;
    bool truncated = false;
    std::string last_key;      // where the next page starts after
    std::string last_version;  // of last_key; empty when that is a common prefix
};

// Where the rows of a listing of versions continue: at the rows of key `from` whose sequence is
// below `below`, then the keys behind it.
struct VersionSeek {
    std::string from;
    std::int64_t below = std::numeric_limits<std::int64_t>::max();
    std::size_t rows = 0;
};

// Rows of one bucket, by key in byte order, the newest first; at most seek.rows.
using FetchVersions = std::function<Result<std::vector<ObjectInfo>>(const VersionSeek& seek)>;

// Folds versions into S3's page as fold_list does it with keys. Pure but for `fetch`.
Result<VersionPage> fold_versions(const VersionRequest& request, const FetchVersions& fetch);

}  // namespace lambent::triggers
