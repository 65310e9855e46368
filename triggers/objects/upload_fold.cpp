#include "triggers/objects/upload_fold.h"

#include "triggers/objects/list_fold.h"

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

constexpr char kBehindGroup[] = "\xF4\x8F\xBF\xBF";  // U+10FFFF: no UTF-8 text sorts after it

std::size_t entries_of(const UploadPage& page) {
    return page.uploads.size() + page.common_prefixes.size();
}

// Takes one upload; false when the page is full.
bool add_upload(const UploadQuery& query, MultipartUpload upload, UploadPage& page) {
    const std::string& key = upload.object.key;
    const std::string group(list_group(key, query.prefix, query.delimiter));
    const bool seen = !group.empty() && (page.last_key == group || query.after_key == group);
    if (seen) {
        return true;
    }
    if (entries_of(page) == query.limit) {
        page.truncated = true;
        return false;
    }
    page.last_key = group.empty() ? key : group;
    page.last_id = group.empty() ? upload.id : std::string();
    if (group.empty()) {
        page.uploads.push_back(std::move(upload));
    } else {
        page.common_prefixes.push_back(group);
    }
    return true;
}

}  // namespace

Result<UploadPage> fold_uploads(const UploadQuery& query, const FetchUploads& fetch) {
    UploadPage page;
    UploadQuery rows = query;
    while (query.limit > 0) {
        rows.limit = query.limit - entries_of(page) + 1;
        LAMBENT_TRY(std::vector<MultipartUpload> fetched, fetch(rows));
        const bool more = fetched.size() == rows.limit;
        for (MultipartUpload& upload : fetched) {
            rows.after_key = upload.object.key;
            rows.after_id = upload.id;
            if (!add_upload(query, std::move(upload), page)) {
                return page;
            }
        }
        if (!more) {
            return page;
        }
        if (const auto group = list_group(rows.after_key, query.prefix, query.delimiter);
            !group.empty()) {
            rows.after_key = std::max(std::string(group) + kBehindGroup, rows.after_key);
            rows.after_id.clear();
        }
    }
    return page;
}

}  // namespace lambent::triggers
