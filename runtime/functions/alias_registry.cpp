#include "runtime/functions/alias_registry.h"

#include "base/ids.h"

#include <memory>
#include <utility>

namespace lambent::runtime {
namespace {

Error not_found(const std::string& function, const std::string& name) {
    return Error(Code::kNotFound, "alias", "Cannot find alias " + function + ":" + name);
}

Alias alias_of(const sql::Row& row) {
    Alias alias;
    alias.function = sql::as_text(row[0]);
    alias.name = sql::as_text(row[1]);
    alias.version = sql::as_text(row[2]);
    alias.description = sql::as_text(row[3]);
    alias.revision_id = sql::as_text(row[4]);
    if (!sql::as_text(row[5]).empty()) {
        alias.split = Alias::Split{sql::as_text(row[5]), sql::as_double(row[6])};
    }
    return alias;
}

Result<void> insert(sql::Session& session, const Alias& alias) {
    const Alias::Split split = alias.split.value_or(Alias::Split());
    LAMBENT_TRY(session.run(
        "INSERT INTO function_alias(function, name, version, description, revision_id,"
        " split_version, split_weight) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        {alias.function,
         alias.name,
         alias.version,
         alias.description,
         alias.revision_id,
         split.version,
         split.weight}
    ));
    return {};
}

// False when there is none of that revision.
Result<bool> erase(
    sql::Session& session,
    const std::string& function,
    const std::string& name,
    const std::string& revision
) {
    LAMBENT_TRY(
        const sql::Rows done,
        session.run(
            "DELETE FROM function_alias WHERE function = $1 AND name = $2 AND revision_id = $3",
            {function, name, revision}
        )
    );
    return done.changed == 1;
}

Error changed_meanwhile() {
    return Error(
        Code::kConflict,
        "revision_id",
        "The Revision Id provided does not match the latest Revision Id. Call the "
        "GetFunction/GetAlias API to retrieve the latest Revision Id"
    );
}

}  // namespace

const std::string& routed_version(const Alias& alias, double draw) {
    return alias.split && draw < alias.split->weight ? alias.split->version : alias.version;
}

Task<Result<void>> AliasRegistry::load() {
    const auto stored = std::make_shared<std::vector<Alias>>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(
            const sql::Rows found,
            session.run("SELECT function, name, version, description, revision_id, split_version,"
                        " split_weight FROM function_alias")
        );
        for (const sql::Row& row : found.rows) {
            stored->push_back(alias_of(row));
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    for (Alias& alias : *stored) {
        aliases_[alias.function].insert_or_assign(alias.name, alias);
    }
    co_return Result<void>();
}

Task<Result<Alias>> AliasRegistry::create(Alias wanted) {
    const Error taken(Code::kConflict, "alias", "Alias already exists: " + wanted.name);
    if (find(wanted.function, wanted.name)) {
        co_return taken;
    }
    wanted.revision_id = random_uuid();
    sql::Work work = [wanted](sql::Session& session) {
        return insert(session, wanted);
    };
    const Result<void> stored = co_await driver_.write(std::move(work));
    if (stored.has_error() && stored.error().code() == Code::kConflict) {
        co_return taken;
    }
    LAMBENT_CO_TRY(stored);
    aliases_[wanted.function].insert_or_assign(wanted.name, wanted);
    tell(wanted.function);
    co_return wanted;
}

Task<Result<Alias>> AliasRegistry::replace(Alias wanted, std::string revision) {
    const Alias* const now = entry(wanted.function, wanted.name);
    if (now == nullptr) {
        co_return not_found(wanted.function, wanted.name);
    }
    const std::string former = now->revision_id;
    if (!revision.empty() && revision != former) {
        co_return changed_meanwhile();
    }
    wanted.revision_id = random_uuid();
    sql::Work work = [wanted, former](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(const bool was_there, erase(session, wanted.function, wanted.name, former));
        if (!was_there) {
            return changed_meanwhile();
        }
        return insert(session, wanted);
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    aliases_[wanted.function].insert_or_assign(wanted.name, wanted);
    tell(wanted.function);
    co_return wanted;
}

Task<Result<void>> AliasRegistry::remove(std::string function, std::string name) {
    const Alias* const now = entry(function, name);
    if (now == nullptr) {
        co_return not_found(function, name);
    }
    const std::string revision = now->revision_id;
    sql::Work work = [function, name, revision](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(const bool was_there, erase(session, function, name, revision));
        return was_there ? Result<void>() : changed_meanwhile();
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    aliases_[function].erase(name);
    tell(function);
    co_return Result<void>();
}

void AliasRegistry::forget(const std::string& function) {
    if (aliases_.erase(function) > 0) {
        tell(function);
    }
}

void AliasRegistry::tell(const std::string& function) {
    if (listener_) {
        listener_(function);
    }
}

Alias* AliasRegistry::entry(const std::string& function, const std::string& name) {
    const auto of_function = aliases_.find(function);
    if (of_function == aliases_.end()) {
        return nullptr;
    }
    const auto found = of_function->second.find(name);
    return found == of_function->second.end() ? nullptr : &found->second;
}

std::optional<Alias> AliasRegistry::find(const std::string& function, const std::string& name)
    const {
    const auto of_function = aliases_.find(function);
    if (of_function == aliases_.end() || !of_function->second.contains(name)) {
        return std::nullopt;
    }
    return of_function->second.at(name);
}

std::vector<Alias> AliasRegistry::list(const std::string& function) const {
    std::vector<Alias> all;
    if (const auto found = aliases_.find(function); found != aliases_.end()) {
        for (const auto& [name, alias] : found->second) {
            all.push_back(alias);
        }
    }
    return all;
}

std::vector<std::string> AliasRegistry::naming(
    const std::string& function, const std::string& version
) const {
    std::vector<std::string> names;
    for (const Alias& alias : list(function)) {
        if (alias.version == version || (alias.split && alias.split->version == version)) {
            names.push_back(alias.name);
        }
    }
    return names;
}

}  // namespace lambent::runtime
