#include "api/s3/xml_reading.h"

namespace lambent::api::s3 {

bool is_named(const pugi::xml_node& node, std::string_view name) {
    std::string_view full = node.name();
    if (const auto colon = full.rfind(':'); colon != std::string_view::npos) {
        full.remove_prefix(colon + 1);
    }
    return node.type() == pugi::node_element && full == name;
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
    for (const pugi::xml_node& each : node.children()) {
        if (is_named(each, name)) {
            return each;
        }
    }
    return {};
}

std::vector<pugi::xml_node> children(const pugi::xml_node& node, std::string_view name) {
    std::vector<pugi::xml_node> found;
    for (const pugi::xml_node& each : node.children()) {
        if (is_named(each, name)) {
            found.push_back(each);
        }
    }
    return found;
}

std::string text_of(const pugi::xml_node& node, std::string_view name) {
    return child(node, name).text().get();
}

}  // namespace lambent::api::s3
