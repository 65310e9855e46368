#include "sandbox/exit_report.h"

namespace lambent::sandbox {

std::string_view to_string(ExitVerdict verdict) {
    switch (verdict) {
        case ExitVerdict::kExited:
            return "exited";
        case ExitVerdict::kSignalled:
            return "signalled";
        case ExitVerdict::kOutOfMemory:
            return "out_of_memory";
        case ExitVerdict::kKilled:
            return "killed";
        case ExitVerdict::kLost:
            return "lost";
    }
    return "lost";
}

}  // namespace lambent::sandbox
