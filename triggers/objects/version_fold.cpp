#include "triggers/objects/version_fold.h"

#include "triggers/objects/list_fold.h"

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::size_t kVersionRowsMax = 1000;
constexpr char kBehindAll[] = "\xF4\x8F\xBF\xBF";  // U+10FFFF: no UTF-8 text sorts after it

class FoldOfVersions {
  public:
    explicit FoldOfVersions(const VersionRequest& request) : request_(request) {}

    VersionSeek first() {
        group_ = list_group(request_.after_key, request_.prefix, request_.delimiter);
        if (!group_.empty()) {
            return past_group(request_.after_key);
        }
        if (request_.prefix > request_.after_key) {
            return VersionSeek{request_.prefix};
        }
        if (request_.after_key.empty()) {
            return VersionSeek{};
        }
        if (request_.after_sequence > 0) {
            key_ = request_.after_key;  // its latest version was on an earlier page
        }
        return VersionSeek{request_.after_key, request_.after_sequence};
    }

    std::size_t rows_wanted() const {
        return std::min(kVersionRowsMax, request_.limit - count() + 1);
    }

    // Takes one row; false when the page is finished.
    bool add(ObjectInfo row) {
        if (!row.key.starts_with(request_.prefix)) {
            return false;
        }
        const std::string group(list_group(row.key, request_.prefix, request_.delimiter));
        if (!group.empty() && group == group_) {
            return true;
        }
        if (count() == request_.limit) {
            page_.truncated = true;
            return false;
        }
        group_ = group;
        page_.last_key = group.empty() ? row.key : group;
        page_.last_version = group.empty() ? row.version : std::string();
        if (group.empty()) {
            const Standing standing = row.key == key_ ? Standing::kOlder : Standing::kLatest;
            key_ = row.key;
            page_.entries.push_back({std::move(row), standing});
        } else {
            page_.common_prefixes.push_back(group);
        }
        return true;
    }

    VersionSeek next(const ObjectInfo& last) const {
        return group_.empty() ? VersionSeek{last.key, last.sequence} : past_group(last.key);
    }

    VersionPage take() { return std::move(page_); }

  private:
    std::size_t count() const { return page_.entries.size() + page_.common_prefixes.size(); }

    VersionSeek past_group(const std::string& last_key) const {
        return VersionSeek{std::max(group_ + kBehindAll, last_key), 0};
    }

    const VersionRequest& request_;
    VersionPage page_;
    std::string group_;  // the common prefix seen last
    std::string key_;    // seen last
};

}  // namespace

Result<VersionPage> fold_versions(const VersionRequest& request, const FetchVersions& fetch) {
    FoldOfVersions fold(request);
    if (request.limit == 0) {
        return fold.take();
    }
    VersionSeek seek = fold.first();
    for (;;) {
        seek.rows = fold.rows_wanted();
        LAMBENT_TRY(std::vector<ObjectInfo> rows, fetch(seek));
        if (rows.empty()) {
            return fold.take();
        }
        const bool more = rows.size() == seek.rows;
        ObjectInfo last;
        last.key = rows.back().key;
        last.sequence = rows.back().sequence;
        for (ObjectInfo& row : rows) {
            if (!fold.add(std::move(row))) {
                return fold.take();
            }
        }
        if (!more) {
            return fold.take();
        }
        seek = fold.next(last);
    }
}

}  // namespace lambent::triggers
