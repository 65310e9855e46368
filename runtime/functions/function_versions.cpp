#include "base/ids.h"
#include "runtime/functions/function_registry.h"
#include "runtime/functions/function_row.h"
#include "runtime/functions/registry_errors.h"

#include <memory>
#include <utility>

namespace lambent::runtime {
namespace {

// What is published, but for its number, which only the transaction knows.
Function snapshot_of(const Function& latest, const Publication& asked, WallTime now) {
    Function snapshot = latest;
    snapshot.revision_id = random_uuid();
    snapshot.last_modified = now;
    snapshot.description = asked.description.value_or(latest.description);
    return snapshot;
}

}  // namespace

Task<Result<FunctionPtr>> FunctionRegistry::publish(std::string name, Publication asked) {
    const FunctionPtr latest = find(name);
    if (latest == nullptr) {
        co_return function_not_found(name);
    }
    if (!asked.revision.empty() && asked.revision != latest->revision_id) {
        co_return other_revision();
    }
    const std::vector<FunctionPtr> before = versions(name);
    if (!before.empty() && same_code_and_settings(*before.back(), *latest)) {
        co_return before.back();
    }
    const auto made = std::make_shared<Function>(snapshot_of(*latest, asked, clock_.wall_now()));
    const std::string revision = latest->revision_id;
    sql::Work work = [made, revision](sql::Session& session) {
        return insert_version(session, *made, revision);
    };
    const Result<void> written = co_await driver_.write(std::move(work));
    if (written.has_error() && written.error().subject() == "published") {
        // Another call published the same revision while this one was on its way.
        const std::vector<FunctionPtr> after = versions(name);
        co_return after.empty() ? function_not_found(name) : Result<FunctionPtr>(after.back());
    }
    LAMBENT_CO_TRY(written);
    const FunctionPtr version = made;
    versions_[name][std::stoull(version->version())] = version;
    co_return version;
}

Task<Result<void>> FunctionRegistry::remove_version(std::string name, std::string version) {
    sql::Work work = [name, version](sql::Session& session) {
        return delete_version(session, name, std::stoll(version));
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    if (const auto found = versions_.find(name); found != versions_.end()) {
        found->second.erase(std::stoull(version));
    }
    co_return Result<void>();
}

std::vector<FunctionPtr> FunctionRegistry::versions(const std::string& name) const {
    std::vector<FunctionPtr> all;
    if (const auto found = versions_.find(name); found != versions_.end()) {
        for (const auto& [number, version] : found->second) {
            all.push_back(version);
        }
    }
    return all;
}

FunctionPtr FunctionRegistry::find_version(const std::string& name, std::string_view version)
    const {
    const auto found = versions_.find(name);
    if (found == versions_.end()) {
        return nullptr;
    }
    const auto number = version_number(version);
    const auto entry = number ? found->second.find(*number) : found->second.end();
    return entry == found->second.end() ? nullptr : entry->second;
}

}  // namespace lambent::runtime
