#pragma once

#include "api/s3/s3_call.h"

#include <map>
#include <string>

namespace lambent::api::s3 {

using Tags = std::map<std::string, std::string>;

inline constexpr std::size_t kObjectTagsMax = 10;
inline constexpr std::size_t kBucketTagsMax = 50;

// x-amz-tagging: pairs as in a query. Empty when the header is absent.
Answer<Tags> read_tagging_header(const S3Call& call);
// <Tagging><TagSet>…
Answer<Tags> parse_tagging(const std::string& text, std::size_t tags_max);
std::string tagging_document(const Tags& tags);

}  // namespace lambent::api::s3
