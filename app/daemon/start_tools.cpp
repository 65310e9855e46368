#include "app/daemon/start_tools.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace lambent::app {
namespace {

namespace fs = std::filesystem;
using CachedPart = api::admin::StartTools::CachedPart;
using Parts = std::vector<CachedPart>;

Error unknown(const std::string& function) {
    return Error(Code::kNotFound, "function", "Function not found: " + function);
}

// "libpython3.11.so.1.0" for "python3.11", "libnode.so.108" for "node".
void add_shared_library(Parts& parts, const std::string& program) {
    const std::string begin = "lib" + program + ".so";
    std::error_code failed;
    for (const char* const directory : {"/usr/lib/x86_64-linux-gnu", "/usr/lib"}) {
        auto entry = fs::directory_iterator(directory, failed);
        for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
            if (entry->path().filename().string().starts_with(begin)) {
                parts.push_back({"interpreter", entry->path().string(), {}});
            }
        }
    }
}

// The files that a start of the function reads: its own, and those of its language.
Parts parts_of(const StartRooms& rooms, const runtime::Function& function) {
    Parts parts;
    if (const auto package = rooms.packages.find(function.package_sha256); package.has_value()) {
        parts.push_back({"package", package->directory, {}});
    }
    parts.push_back({"bootstrap", rooms.runtimes.support_directory(), {}});
    const auto plan = rooms.runtimes.plan(function);
    if (plan.has_value() && !plan->argv.front().starts_with("/var/task/")) {
        const fs::path program(plan->argv.front());
        parts.push_back({"interpreter", program.string(), {}});
        add_shared_library(parts, program.filename().string());
        parts.push_back({"library", "/usr/lib/" + program.filename().string(), {}});
    }
    return parts;
}

Task<Result<Parts>> change(
    std::shared_ptr<const StartRooms> rooms, std::string name, CacheWish wish
) {
    const runtime::FunctionPtr function = rooms->find_function(name);
    if (!function) {
        co_return unknown(name);
    }
    auto work = [parts = parts_of(*rooms, *function), wish]() mutable {
        for (CachedPart& part : parts) {
            part.bytes = change_page_cache(part.path, wish);
        }
        std::erase_if(parts, [](const CachedPart& part) { return part.bytes.size == 0; });
        return std::move(parts);
    };
    Parts parts = co_await offload(rooms->workers, std::move(work));
    co_return parts;
}

}  // namespace

// Shared by both tools and by changes that are under way.
api::admin::StartTools start_tools(StartRooms given) {
    const auto rooms = std::make_shared<const StartRooms>(std::move(given));
    api::admin::StartTools tools;
    tools.stems = [rooms](const std::string& name) -> Result<api::admin::StartTools::Stems> {
        const runtime::FunctionPtr function = rooms->find_function(name);
        if (!function) {
            return unknown(name);
        }
        api::admin::StartTools::Stems stems;
        stems.ready = rooms->environments.stems_ready(*function);
        stems.wanted = rooms->environments.stems_wanted(*function);
        return stems;
    };
    tools.change_page_cache = [rooms](std::string name, CacheWish wish) {
        return change(rooms, std::move(name), wish);
    };
    return tools;
}

}  // namespace lambent::app
