#include "app/daemon/installation.h"

#include <filesystem>

namespace lambent::app {

Result<Installation> Installation::find() {
    std::error_code failure;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
    if (failure) {
        return errno_error("reading /proc/self/exe", failure.value());
    }
    Installation found;
    found.launcher = self.parent_path() / "lambent-launcher";
    found.runtime_support =
        (self.parent_path() / "../share/lambent/runtime").lexically_normal().string();
    for (const std::string& part : {found.launcher, found.runtime_support}) {
        if (!std::filesystem::exists(part, failure)) {
            return Error(Code::kNotFound, part + " is missing; build it with: make build");
        }
    }
    return found;
}

}  // namespace lambent::app
