#include "triggers/gateway/api_store.h"

#include "base/ids.h"
#include "triggers/gateway/api_row.h"

#include <memory>
#include <utility>

namespace lambent::triggers {
namespace {

template <class Api>
Result<std::vector<Api>> read_apis(sql::Session& session) {
    const std::string table = ApiRow<Api>::kTable;
    LAMBENT_TRY(const sql::Rows found, session.run("SELECT id, document FROM " + table));
    std::vector<Api> apis;
    for (const sql::Row& row : found.rows) {
        LAMBENT_TRY(Api api, ApiRow<Api>::read(sql::as_text(row[0]), sql::as_text(row[1])));
        apis.push_back(std::move(api));
    }
    return apis;
}

template <class Api>
Result<void> erase_api(sql::Session& session, const std::string& id) {
    const std::string table = ApiRow<Api>::kTable;
    LAMBENT_TRY(session.run("DELETE FROM " + table + " WHERE id = $1", {id}));
    return {};
}

template <class Api>
Result<void> insert_api(sql::Session& session, const Api& api) {
    const std::string table = ApiRow<Api>::kTable;
    LAMBENT_TRY(session.run(
        "INSERT INTO " + table + " (id, document) VALUES ($1, $2)", {api.id, ApiRow<Api>::text(api)}
    ));
    return {};
}

Error no_such_api(const std::string& id) {
    return Error(Code::kNotFound, "api", "Invalid API identifier specified " + id);
}

// Only a row that is there: one that was removed meanwhile must not come back.
template <class Api>
Result<void> rewrite_api(sql::Session& session, const Api& api) {
    const std::string table = ApiRow<Api>::kTable;
    LAMBENT_TRY(
        const sql::Rows done,
        session.run(
            "UPDATE " + table + " SET document = $1 WHERE id = $2", {ApiRow<Api>::text(api), api.id}
        )
    );
    return done.changed == 0 ? Result<void>(no_such_api(api.id)) : Result<void>();
}

}  // namespace

template <class Api>
std::vector<sql::Migration> ApiStore<Api>::migrations() {
    const std::string table = ApiRow<Api>::kTable;
    return {
        {ApiRow<Api>::kRoom,
         1,
         "\nCREATE TABLE " + table +
             " (\n    id TEXT NOT NULL PRIMARY KEY,\n    document TEXT NOT NULL\n)\n"}};
}

template <class Api>
Task<Result<void>> ApiStore<Api>::load() {
    const auto stored = std::make_shared<std::vector<Api>>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, read_apis<Api>(session));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    for (Api& api : *stored) {
        std::string id = api.id;
        apis_.insert_or_assign(std::move(id), std::move(api));
    }
    co_return Result<void>();
}

template <class Api>
Task<Result<void>> ApiStore<Api>::create(Api api) {
    sql::Work work = [api](sql::Session& session) {
        return insert_api(session, api);
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    apis_.insert_or_assign(api.id, api);
    co_return Result<void>();
}

// In memory first, so that two changes at once see each other.
template <class Api>
Task<Result<void>> ApiStore<Api>::update(std::string id, Change change) {
    const Api* const now = find(id);
    if (now == nullptr) {
        co_return no_such_api(id);
    }
    const Api before = *now;
    Api wanted = before;
    LAMBENT_CO_TRY(change(wanted));
    apis_.insert_or_assign(id, wanted);
    sql::Work work = [wanted](sql::Session& session) {
        return rewrite_api(session, wanted);
    };
    const Result<void> written = co_await driver_.write(std::move(work));
    if (written.has_error() && find(id) != nullptr) {
        apis_.insert_or_assign(id, before);
    }
    co_return written;
}

template <class Api>
Task<Result<void>> ApiStore<Api>::remove(std::string id) {
    sql::Work work = [id](sql::Session& session) {
        return erase_api<Api>(session, id);
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    apis_.erase(id);
    co_return Result<void>();
}

template <class Api>
const Api* ApiStore<Api>::find(std::string_view id) const {
    const auto found = apis_.find(id);
    return found == apis_.end() ? nullptr : &found->second;
}

template <class Api>
std::vector<const Api*> ApiStore<Api>::list() const {
    std::vector<const Api*> all;
    for (const auto& [id, api] : apis_) {
        all.push_back(&api);
    }
    return all;
}

template class ApiStore<HttpApi>;
template class ApiStore<RestApi>;

std::string new_api_id(std::size_t length) {
    return random_hex((length + 1) / 2).substr(0, length);
}

}  // namespace lambent::triggers
