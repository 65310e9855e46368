// The JSON library's classes, instantiated once (json_templates.cpp) and not by every body that
// reads or writes JSON. Included by precompiled.h only.
#pragma once
#include <nlohmann/json.hpp>

namespace lambent {

using JsonBytes = nlohmann::detail::iterator_input_adapter<const char*>;

}  // namespace lambent

// NOLINTBEGIN(bugprone-macro-parentheses): the parameters are a keyword and a type
#define LAMBENT_JSON_TEMPLATES(declare, json)                                    \
    declare template class nlohmann::detail::serializer<json>;                   \
    declare template class nlohmann::detail::lexer<json, lambent::JsonBytes>;    \
    declare template class nlohmann::detail::parser<json, lambent::JsonBytes>;   \
    declare template class nlohmann::detail::json_sax_dom_parser<json>;          \
    declare template class nlohmann::detail::json_sax_dom_callback_parser<json>; \
    declare template bool nlohmann::detail::parser<json, lambent::JsonBytes>::   \
        sax_parse_internal(nlohmann::detail::json_sax_dom_parser<json>*);        \
    declare template bool nlohmann::detail::parser<json, lambent::JsonBytes>::   \
        sax_parse_internal(nlohmann::detail::json_sax_dom_callback_parser<json>*)
// NOLINTEND(bugprone-macro-parentheses)

LAMBENT_JSON_TEMPLATES(extern, nlohmann::json);
LAMBENT_JSON_TEMPLATES(extern, nlohmann::ordered_json);
extern template class nlohmann::basic_json<>;
extern template class nlohmann::basic_json<nlohmann::ordered_map>;
