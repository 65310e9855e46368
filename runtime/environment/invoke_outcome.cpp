#include "runtime/environment/invoke_outcome.h"

namespace lambent::runtime {

std::string_view to_string(OutcomeKind kind) {
    switch (kind) {
        case OutcomeKind::kSuccess:
            return "success";
        case OutcomeKind::kFunctionError:
            return "function_error";
        case OutcomeKind::kTimeout:
            return "timeout";
        case OutcomeKind::kOutOfMemory:
            return "out_of_memory";
        case OutcomeKind::kExited:
            return "exited";
        case OutcomeKind::kTooLarge:
            return "too_large";
    }
    return "exited";
}

}  // namespace lambent::runtime
