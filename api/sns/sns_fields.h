#pragma once

#include "api/wire/errors.h"
#include "api/wire/query.h"
#include "api/wire/xml.h"
#include "triggers/topics/topic.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api::sns {

// The parameters of one request, in SNS's forms of lists and maps.

// A parameter that must be there: InvalidParameter when it is not.
Answer<std::string> read_required(const QueryNode& asked, const std::string& name);
// The ARN of a topic, or with one more part of a subscription. Empty ones are missing.
Answer<std::string> read_arn(const QueryNode& asked, const std::string& name);
// "Name.entry.1.key=a&Name.entry.1.value=b"
triggers::TopicTexts read_map(const QueryNode& asked, const std::string& name);
// "TagKeys.member.1=a"
std::vector<std::string> read_list(const QueryNode& asked, const std::string& name);
// "Tags.member.1.Key=a&Tags.member.1.Value=b"
triggers::TopicTexts read_tags(const QueryNode& asked);
// A message of Publish, or of one entry of its batch.
Answer<triggers::TopicMessage> read_topic_message(const QueryNode& asked);

void write_map(XmlWriter& xml, std::string_view element, const triggers::TopicTexts& map);
void write_tags(XmlWriter& xml, const triggers::TopicTexts& tags);

// What of a list of `count` things in order an answer shows: those at [begin, end).
struct PageRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string next_token;  // empty: nothing is left
};
// By NextToken, a hundred at once.
Answer<PageRange> read_page(const QueryNode& asked, std::size_t count);

}  // namespace lambent::api::sns
