#include "triggers/gateway/http_apis.h"

#include "base/ids.h"
#include "triggers/gateway/http_api_row.h"

#include <memory>
#include <utility>

namespace lambent::triggers {

std::vector<sql::Migration> HttpApis::migrations() {
    return {{"triggers.gateway", 1, kHttpApiSchema}};
}

Task<Result<void>> HttpApis::load() {
    const auto stored = std::make_shared<std::vector<HttpApi>>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, read_http_apis(session));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    for (HttpApi& api : *stored) {
        std::string id = api.id;
        apis_.insert_or_assign(std::move(id), std::move(api));
    }
    co_return Result<void>();
}

Task<Result<void>> HttpApis::create(HttpApi api) {
    sql::Work work = [api](sql::Session& session) {
        return write_http_api(session, api);
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    apis_.insert_or_assign(api.id, api);
    co_return Result<void>();
}

// In memory first, so that two changes at once see each other.
Task<Result<void>> HttpApis::update(std::string id, Change change) {
    const HttpApi* const now = find(id);
    if (now == nullptr) {
        co_return Error(Code::kNotFound, "api", "Invalid API identifier specified " + id);
    }
    const HttpApi before = *now;
    HttpApi wanted = before;
    LAMBENT_CO_TRY(change(wanted));
    apis_.insert_or_assign(id, wanted);
    sql::Work work = [wanted](sql::Session& session) {
        return write_http_api(session, wanted);
    };
    const Result<void> written = co_await driver_.write(std::move(work));
    if (written.has_error()) {
        apis_.insert_or_assign(id, before);
    }
    co_return written;
}

Task<Result<void>> HttpApis::remove(std::string id) {
    sql::Work work = [id](sql::Session& session) {
        return erase_http_api(session, id);
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    apis_.erase(id);
    co_return Result<void>();
}

const HttpApi* HttpApis::find(std::string_view id) const {
    const auto found = apis_.find(id);
    return found == apis_.end() ? nullptr : &found->second;
}

std::vector<const HttpApi*> HttpApis::list() const {
    std::vector<const HttpApi*> all;
    for (const auto& [id, api] : apis_) {
        all.push_back(&api);
    }
    return all;
}

std::string new_api_id(std::size_t length) {
    return random_hex((length + 1) / 2).substr(0, length);
}

void deploy_stage(const HttpApi& api, ApiStage& stage, std::int64_t now_ms) {
    stage.deployed = api.current;
    stage.deployment_id = new_api_id(6);
    stage.modified_ms = now_ms;
}

void deploy_automatically(HttpApi& api, std::int64_t now_ms) {
    for (auto& [name, stage] : api.stages) {
        if (stage.auto_deploy) {
            deploy_stage(api, stage, now_ms);
        }
    }
}

}  // namespace lambent::triggers
