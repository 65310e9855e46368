#pragma once

#include "api/wire/errors.h"

#include <string>

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

// The page that a browser shows for an error.
std::string error_page(const AwsError& error, const std::string& key, const std::string& request);

}  // namespace lambent::api::s3
