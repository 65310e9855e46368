#include "triggers/objects/list_fold.h"

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::size_t kRowsMax = 1000;
constexpr char kLastCharacter[] = "\xF4\x8F\xBF\xBF";  // U+10FFFF: no UTF-8 text sorts after it

class Fold {
  public:
    explicit Fold(const ListRequest& request) : request_(request) {}

    ListSeek first() {
        ListSeek seek{request_.after, false, 0};
        if (request_.prefix > request_.after) {
            seek = ListSeek{request_.prefix, true, 0};
        }
        group_ = list_group(request_.after, request_.prefix, request_.delimiter);
        return group_.empty() ? seek : past_group(request_.after);
    }

    std::size_t rows_wanted() const { return std::min(kRowsMax, request_.limit - count() + 1); }

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
        if (group.empty()) {
            page_.last = row.key;
            page_.objects.push_back(std::move(row));
        } else {
            page_.last = group;
            page_.common_prefixes.push_back(group);
        }
        return true;
    }

    ListSeek next(const std::string& last_key) const {
        return group_.empty() ? ListSeek{last_key, false, 0} : past_group(last_key);
    }

    ListPage take() { return std::move(page_); }

  private:
    std::size_t count() const { return page_.objects.size() + page_.common_prefixes.size(); }

    // Behind all keys of the group but those whose next character is U+10FFFF: these few are read
    // and skipped one by one.
    ListSeek past_group(const std::string& last_key) const {
        return ListSeek{std::max(group_ + kLastCharacter, last_key), false, 0};
    }

    const ListRequest& request_;
    ListPage page_;
    std::string group_;  // the common prefix seen last
};

}  // namespace

std::string_view list_group(
    std::string_view key, std::string_view prefix, std::string_view delimiter
) {
    if (delimiter.empty() || !key.starts_with(prefix)) {
        return {};
    }
    const auto found = key.find(delimiter, prefix.size());
    return found == std::string_view::npos ? std::string_view{}
                                           : key.substr(0, found + delimiter.size());
}

Result<ListPage> fold_list(const ListRequest& request, const FetchRows& fetch) {
    Fold fold(request);
    if (request.limit == 0) {
        return fold.take();
    }
    ListSeek seek = fold.first();
    for (;;) {
        seek.rows = fold.rows_wanted();
        LAMBENT_TRY(std::vector<ObjectInfo> rows, fetch(seek));
        const bool more = rows.size() == seek.rows;
        const std::string last_key = rows.empty() ? std::string() : rows.back().key;
        for (ObjectInfo& row : rows) {
            if (!fold.add(std::move(row))) {
                return fold.take();
            }
        }
        if (!more) {
            return fold.take();
        }
        seek = fold.next(last_key);
    }
}

}  // namespace lambent::triggers
