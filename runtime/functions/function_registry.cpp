#include "runtime/functions/function_registry.h"

#include "base/ids.h"
#include "runtime/functions/function_row.h"
#include "runtime/functions/function_rules.h"
#include "runtime/functions/registry_errors.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lambent::runtime {
namespace {

// How often a change starts over because another one came first; more is a fault of ours.
constexpr int kRacesMax = 16;

template <class T>
void assign(T& to, const std::optional<T>& from) {
    if (from) {
        to = *from;
    }
}

void apply(const FunctionChange& change, Function& function) {
    assign(function.runtime, change.runtime);
    assign(function.handler, change.handler);
    assign(function.role, change.role);
    assign(function.description, change.description);
    assign(function.memory_mb, change.memory_mb);
    assign(function.timeout_s, change.timeout_s);
    assign(function.ephemeral_storage_mb, change.ephemeral_storage_mb);
    assign(function.environment, change.environment);
    assign(function.tags, change.tags);
    assign(function.dead_letter_arn, change.dead_letter_arn);
}

void use_package(const Package& package, Function& function) {
    function.package_sha256 = package.sha256;
    function.package_bytes = package.zip_bytes;
}

Task<Result<void>> insert(sql::Driver& driver, FunctionPtr function) {
    sql::Work work = [function](sql::Session& session) {
        return insert_function(session, *function);
    };
    co_return co_await driver.write(std::move(work));
}

// Whether `function` now stands in place of the revision `former`.
Task<Result<bool>> swap(sql::Driver& driver, FunctionPtr function, std::string former) {
    const auto swapped = std::make_shared<bool>(false);  // the closure's and ours
    sql::Work work = [function, former, swapped](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*swapped, replace_function(session, *function, former));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver.write(std::move(work)));
    co_return *swapped;
}

}  // namespace

FunctionRegistry::FunctionRegistry(sql::Driver& driver, PackageStore& packages, const Clock& clock)
    : driver_(driver), packages_(packages), clock_(clock) {}

std::vector<sql::Migration> FunctionRegistry::migrations() {
    return function_migrations();
}

Task<Result<void>> FunctionRegistry::load() {
    const auto stored = std::make_shared<std::vector<Function>>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, read_functions(session));
        LAMBENT_TRY(std::vector<Function> published, read_versions(session));
        std::move(published.begin(), published.end(), std::back_inserter(*stored));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    std::vector<std::string> in_use;
    for (Function& function : *stored) {
        in_use.push_back(function.package_sha256);
        const auto read = std::make_shared<const Function>(std::move(function));
        if (read->published_key.empty()) {
            functions_[read->name] = read;
        } else {
            versions_[read->name][version_number(read->version()).value_or(0)] = read;
        }
    }
    co_await packages_.collect(std::move(in_use));
    co_return Result<void>();
}

Task<Result<FunctionPtr>> FunctionRegistry::create(Function wanted, std::string zip) {
    LAMBENT_CO_TRY(check_function(wanted));
    const Error taken(Code::kConflict, "function", "Function already exist: " + wanted.name);
    if (find(wanted.name) != nullptr) {
        co_return taken;
    }
    LAMBENT_CO_TRY(const Package package, co_await packages_.put(std::move(zip)));
    use_package(package, wanted);
    wanted.revision_id = random_uuid();
    wanted.last_modified = clock_.wall_now();
    const auto made = std::make_shared<const Function>(std::move(wanted));
    const Result<void> stored = co_await insert(driver_, made);
    if (stored.has_error() && stored.error().code() == Code::kConflict) {
        co_return taken;
    }
    LAMBENT_CO_TRY(stored);
    functions_[made->name] = made;
    co_return FunctionPtr(made);
}

// Compare and swap: two changes at once both take effect, one after the other, unless the caller
// named the revision that it had seen.
Task<Result<FunctionPtr>> FunctionRegistry::replace(
    std::string name, std::string revision, Edit edit
) {
    for (int race = 0; race < kRacesMax; ++race) {
        const FunctionPtr current = find(name);
        if (current == nullptr) {
            co_return function_not_found(name);
        }
        if (!revision.empty() && revision != current->revision_id) {
            co_return other_revision();
        }
        Function next = *current;
        LAMBENT_CO_TRY(edit(next));
        LAMBENT_CO_TRY(check_function(next));
        next.revision_id = random_uuid();
        next.last_modified = clock_.wall_now();
        const auto made = std::make_shared<const Function>(std::move(next));
        LAMBENT_CO_TRY(const bool swapped, co_await swap(driver_, made, current->revision_id));
        if (swapped) {
            functions_[name] = made;
            co_return FunctionPtr(made);
        }
    }
    co_return Error(
        Code::kConflict,
        "function",
        "The operation cannot be performed at this time. An update is in progress for resource: " +
            name
    );
}

Task<Result<FunctionPtr>> FunctionRegistry::update_code(
    std::string name, std::string zip, std::string revision
) {
    const FunctionPtr current = find(name);
    if (current == nullptr) {
        co_return function_not_found(name);
    }
    if (!revision.empty() && revision != current->revision_id) {
        co_return other_revision();
    }
    LAMBENT_CO_TRY(const Package package, co_await packages_.put(std::move(zip)));
    Edit edit = [package](Function& function) -> Result<void> {
        use_package(package, function);
        return {};
    };
    co_return co_await replace(std::move(name), std::move(revision), std::move(edit));
}

Task<Result<FunctionPtr>> FunctionRegistry::update_configuration(
    std::string name, FunctionChange change, std::string revision
) {
    Edit edit = [change = std::move(change)](Function& function) -> Result<void> {
        apply(change, function);
        return {};
    };
    co_return co_await replace(std::move(name), std::move(revision), std::move(edit));
}

Task<Result<void>> FunctionRegistry::remove(std::string name) {
    if (find(name) == nullptr) {
        co_return function_not_found(name);
    }
    const auto removed = std::make_shared<bool>(false);  // the closure's and ours
    sql::Work work = [name, removed](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*removed, delete_function(session, name));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    if (!*removed) {
        co_return function_not_found(name);
    }
    functions_.erase(name);
    versions_.erase(name);
    co_return Result<void>();
}

FunctionPtr FunctionRegistry::find(const std::string& key) const {
    const auto colon = key.find(':');
    if (colon != std::string::npos) {
        return find_version(key.substr(0, colon), std::string_view(key).substr(colon + 1));
    }
    const auto found = functions_.find(key);
    return found == functions_.end() ? nullptr : found->second;
}

std::vector<FunctionPtr> FunctionRegistry::list() const {
    std::vector<FunctionPtr> all;
    all.reserve(functions_.size());
    for (const auto& [name, function] : functions_) {
        all.push_back(function);
    }
    return all;
}

}  // namespace lambent::runtime
