#include "cmake/json_templates.h"

LAMBENT_JSON_TEMPLATES(, nlohmann::json);
LAMBENT_JSON_TEMPLATES(, nlohmann::ordered_json);
template class nlohmann::basic_json<>;
template class nlohmann::basic_json<nlohmann::ordered_map>;
