#pragma once

#include "base/result.h"
#include "triggers/objects/object_store.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::triggers {

// Where the rows of a listing continue.
struct ListSeek {
    std::string from;
    bool inclusive = false;  // whether a key equal to `from` still counts
    std::size_t rows = 0;
};

// Rows of one bucket in byte order of their keys, at most seek.rows.
using FetchRows = std::function<Result<std::vector<ObjectInfo>>(const ListSeek& seek)>;

// Folds keys into S3's page: keys in byte order, those that share what comes up to the first
// delimiter after the prefix shown once as a common prefix, both counted against the limit. Groups
// are jumped over, not read through. Pure but for `fetch`.
Result<ListPage> fold_list(const ListRequest& request, const FetchRows& fetch);

// The common prefix a key belongs to; empty when it stands for itself.
std::string_view list_group(
    std::string_view key, std::string_view prefix, std::string_view delimiter
);

}  // namespace lambent::triggers
