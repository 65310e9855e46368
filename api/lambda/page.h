#pragma once

#include "api/lambda/lambda_errors.h"
#include "base/http/uri.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace lambent::api::lambda {

// Which part of a listing a request wants: MaxItems and Marker.
struct Page {
    std::size_t limit = 0;
    std::string after;  // the last name of the page before; empty: from the start
};

// AWS never answers more than `page_max`, whatever MaxItems says.
Answer<Page> read_page(const http::QueryItems& query, std::int64_t page_max = 50);
// What the next request brings as Marker.
std::string marker_after(const std::string& last);

}  // namespace lambent::api::lambda
