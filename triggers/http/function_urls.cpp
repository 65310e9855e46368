#include "triggers/http/function_urls.h"

#include "base/ids.h"
#include "triggers/http/function_url_row.h"

#include <memory>

namespace lambent::triggers {

std::vector<sql::Migration> FunctionUrls::migrations() {
    return {{"triggers.http", 1, kFunctionUrlSchema}};
}

Task<Result<void>> FunctionUrls::load(Exists exists) {
    const auto stored = std::make_shared<std::vector<FunctionUrl>>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, read_function_urls(session));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    for (const FunctionUrl& url : *stored) {
        urls_.insert_or_assign(Key(url.function, url.alias), url);
        ids_.insert_or_assign(url.id, Key(url.function, url.alias));
    }
    for (const FunctionUrl& url : *stored) {
        if (!exists(url)) {
            LAMBENT_CO_TRY(co_await remove(url.function, url.alias));
        }
    }
    co_return Result<void>();
}

Task<Result<FunctionUrl>> FunctionUrls::create(FunctionUrl wanted) {
    const Error taken(Code::kConflict, "function_url", "the function has a URL");
    if (find(wanted.function, wanted.alias)) {
        co_return taken;
    }
    wanted.id = random_hex(16);
    wanted.created_ms = unix_ms(clock_.wall_now());
    wanted.modified_ms = wanted.created_ms;
    sql::Work work = [wanted](sql::Session& session) {
        return insert_function_url(session, wanted);
    };
    const Result<void> stored = co_await driver_.write(std::move(work));
    if (stored.has_error() && stored.error().code() == Code::kConflict) {
        co_return taken;
    }
    LAMBENT_CO_TRY(stored);
    urls_.insert_or_assign(Key(wanted.function, wanted.alias), wanted);
    ids_.insert_or_assign(wanted.id, Key(wanted.function, wanted.alias));
    co_return wanted;
}

Task<Result<FunctionUrl>> FunctionUrls::replace(FunctionUrl wanted) {
    wanted.modified_ms = unix_ms(clock_.wall_now());
    sql::Work work = [wanted](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(
            const bool was_there, erase_function_url(session, wanted.function, wanted.alias)
        );
        if (!was_there) {
            return Error(Code::kNotFound, "function_url", "the function has no URL");
        }
        return insert_function_url(session, wanted);
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    urls_.insert_or_assign(Key(wanted.function, wanted.alias), wanted);
    co_return wanted;
}

Task<Result<void>> FunctionUrls::remove(std::string function, std::string alias) {
    sql::Work work = [function, alias](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(erase_function_url(session, function, alias));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    const auto found = urls_.find(Key(function, alias));
    if (found != urls_.end()) {
        ids_.erase(found->second.id);
        urls_.erase(found);
    }
    co_return Result<void>();
}

Task<Result<void>> FunctionUrls::forget(std::string function) {
    for (const FunctionUrl& url : list(function)) {
        LAMBENT_CO_TRY(co_await remove(url.function, url.alias));
    }
    co_return Result<void>();
}

std::optional<FunctionUrl> FunctionUrls::find(const std::string& function, const std::string& alias)
    const {
    const auto found = urls_.find(Key(function, alias));
    return found == urls_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<FunctionUrl> FunctionUrls::find(std::string_view id) const {
    const auto found = ids_.find(id);
    return found == ids_.end() ? std::nullopt : std::optional(urls_.at(found->second));
}

std::vector<FunctionUrl> FunctionUrls::list(const std::string& function) const {
    std::vector<FunctionUrl> all;
    for (auto next = urls_.lower_bound(Key(function, "")); next != urls_.end(); ++next) {
        if (next->first.first != function) {
            break;
        }
        all.push_back(next->second);
    }
    return all;
}

}  // namespace lambent::triggers
