#include "api/lambda/page.h"

#include "api/wire/constraints.h"
#include "base/files/content_hash.h"

#include <algorithm>
#include <charconv>

namespace lambent::api::lambda {

namespace {

constexpr std::int64_t kMaxItemsMax = 10'000;

}  // namespace

Answer<Page> read_page(const http::QueryItems& query, std::int64_t page_max) {
    Page page;
    page.limit = static_cast<std::size_t>(page_max);
    if (const auto text = http::find_item(query, "MaxItems")) {
        std::int64_t items = 0;
        const auto parsed = std::from_chars(text->data(), text->data() + text->size(), items);
        if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size()) {
            return wrong_type("STRING_VALUE can not be converted to an Integer");
        }
        Constraints constraints;
        constraints.range("maxItems", items, 1, kMaxItemsMax);
        if (!constraints.hold()) {
            return validation_failed(constraints.message());
        }
        page.limit = static_cast<std::size_t>(std::min(items, page_max));
    }
    if (const auto marker = http::find_item(query, "Marker"); marker && !marker->empty()) {
        if (!from_base64(*marker, page.after)) {
            return invalid_parameter("The provided marker is invalid.");
        }
    }
    return page;
}

std::string marker_after(const std::string& last) {
    return to_base64(last);
}

}  // namespace lambent::api::lambda
