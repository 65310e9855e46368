#include "runtime/functions/qualified_functions.h"

namespace lambent::runtime {

FunctionPtr QualifiedFunctions::find(const std::string& reference) {
    const auto colon = reference.find(':');
    if (colon == std::string::npos) {
        return functions_.find(reference);
    }
    const std::string name = reference.substr(0, colon);
    const std::string qualifier = reference.substr(colon + 1);
    if (qualifier == kLatest) {
        return functions_.find(name);
    }
    if (const auto alias = aliases_.find(name, qualifier)) {
        const double draw = std::uniform_real_distribution<double>()(random_);
        return functions_.find(version_key(name, routed_version(*alias, draw)));
    }
    return functions_.find(reference);
}

}  // namespace lambent::runtime
