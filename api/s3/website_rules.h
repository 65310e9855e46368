#pragma once

#include "api/wire/errors.h"

#include <string>
#include <string_view>

namespace lambent::api::s3 {

// How a bucket is shown to browsers.
struct Website {
    std::string index_suffix;   // "index.html": what a folder shows
    std::string error_key;      // what is shown in the place of an error; empty: our own page
    std::string redirect_host;  // where everything is sent instead; empty: nothing is
    std::string redirect_protocol;
};

Answer<Website> parse_website(const std::string& text);
std::string website_document(const Website& website);

// The bucket of a host "<bucket>.s3-website.localhost" or "<bucket>.s3-website-<region>.localhost",
// with or without a port; empty for every other.
std::string_view website_bucket(std::string_view host);

// The page that a browser shows for an error.
std::string error_page(const AwsError& error, const std::string& key, const std::string& request);

}  // namespace lambent::api::s3
