#pragma once

#include "triggers/objects/object.h"

#include <map>
#include <string>
#include <vector>

namespace lambent::triggers {

// How the compound fields of a row are written: percent-encoded pairs, which keep every byte.
std::string encode_fields(const std::map<std::string, std::string>& fields);
std::map<std::string, std::string> decode_fields(const std::string& text);

// "5242880;17:AAAA==": sizes, with a checksum where there is one.
std::string encode_parts(const std::vector<ObjectPart>& parts);
std::vector<ObjectPart> decode_parts(const std::string& text);

std::string encode_rules(const std::vector<NotificationRule>& rules);
std::vector<NotificationRule> decode_rules(const std::string& text);

}  // namespace lambent::triggers
