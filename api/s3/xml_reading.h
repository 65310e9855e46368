#pragma once

#include <pugixml.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace lambent::api::s3 {

// Elements by local name: clients may or may not put S3's namespace in front.
bool is_named(const pugi::xml_node& node, std::string_view name);
pugi::xml_node child(const pugi::xml_node& node, std::string_view name);
std::vector<pugi::xml_node> children(const pugi::xml_node& node, std::string_view name);
// The text of a child; empty when it is not there.
std::string text_of(const pugi::xml_node& node, std::string_view name);

}  // namespace lambent::api::s3
