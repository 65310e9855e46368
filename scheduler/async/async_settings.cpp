#include "scheduler/async/async_settings.h"

#include "runtime/functions/function.h"

#include <memory>

namespace lambent::scheduler {
namespace {

constexpr char kSettingsSchema[] = R"(
CREATE TABLE event_invoke_config (
    function TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    retries_max BIGINT,
    age_max_s BIGINT,
    on_success TEXT NOT NULL,
    on_failure TEXT NOT NULL,
    modified_ms BIGINT NOT NULL,
    PRIMARY KEY (function, qualifier)
);
CREATE TABLE looping_function (function TEXT NOT NULL PRIMARY KEY)
)";

sql::Value optional_number(const std::optional<std::uint32_t>& number) {
    return number ? sql::Value(std::int64_t{*number}) : sql::Value();
}

std::optional<std::uint32_t> number_in(const sql::Value& value) {
    return sql::is_null(value) ? std::nullopt
                               : std::optional(static_cast<std::uint32_t>(sql::as_int(value)));
}

Result<void> write_config(sql::Session& session, const EventInvokeConfig& config) {
    LAMBENT_TRY(session.run(
        "DELETE FROM event_invoke_config WHERE function = $1 AND qualifier = $2",
        {config.function, config.qualifier}
    ));
    LAMBENT_TRY(session.run(
        "INSERT INTO event_invoke_config (function, qualifier, retries_max, age_max_s, on_success,"
        " on_failure, modified_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        {config.function,
         config.qualifier,
         optional_number(config.retries_max),
         optional_number(config.age_max_s),
         config.on_success,
         config.on_failure,
         config.modified_ms}
    ));
    return {};
}

struct StoredSettings {
    std::vector<EventInvokeConfig> configs;
    std::vector<std::string> looping;
};

Result<StoredSettings> read_settings(sql::Session& session) {
    StoredSettings stored;
    LAMBENT_TRY(
        const sql::Rows configs,
        session.run("SELECT function, qualifier, retries_max, age_max_s, on_success, on_failure,"
                    " modified_ms FROM event_invoke_config")
    );
    for (const sql::Row& row : configs.rows) {
        EventInvokeConfig config;
        config.function = sql::as_text(row[0]);
        config.qualifier = sql::as_text(row[1]);
        config.retries_max = number_in(row[2]);
        config.age_max_s = number_in(row[3]);
        config.on_success = sql::as_text(row[4]);
        config.on_failure = sql::as_text(row[5]);
        config.modified_ms = sql::as_int(row[6]);
        stored.configs.push_back(std::move(config));
    }
    LAMBENT_TRY(const sql::Rows looping, session.run("SELECT function FROM looping_function"));
    for (const sql::Row& row : looping.rows) {
        stored.looping.push_back(sql::as_text(row[0]));
    }
    return stored;
}

}  // namespace

std::pair<std::string, std::string> function_and_qualifier(const std::string& reference) {
    const auto colon = reference.find(':');
    return colon == std::string::npos
               ? std::pair(reference, std::string(runtime::kLatest))
               : std::pair(reference.substr(0, colon), reference.substr(colon + 1));
}

std::vector<sql::Migration> AsyncSettings::migrations() {
    return {{"scheduler.async_settings", 1, kSettingsSchema}};
}

Task<Result<void>> AsyncSettings::load(std::function<bool(const std::string& function)> exists) {
    const auto stored = std::make_shared<StoredSettings>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, read_settings(session));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    std::set<std::string> gone;
    for (EventInvokeConfig& config : stored->configs) {
        if (!exists(config.function)) {
            gone.insert(config.function);
        }
        Key key(config.function, config.qualifier);
        configs_.insert_or_assign(std::move(key), std::move(config));
    }
    for (const std::string& function : stored->looping) {
        if (!exists(function)) {
            gone.insert(function);
        }
        looping_.insert(function);
    }
    for (const std::string& function : gone) {
        LAMBENT_CO_TRY(co_await forget(function));
    }
    co_return Result<void>();
}

// --- Retries and destinations

Task<Result<EventInvokeConfig>> AsyncSettings::put(EventInvokeConfig wanted) {
    wanted.modified_ms = unix_ms(clock_.wall_now());
    sql::Work work = [wanted](sql::Session& session) {
        return write_config(session, wanted);
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    Key key(wanted.function, wanted.qualifier);
    configs_.insert_or_assign(std::move(key), wanted);
    co_return wanted;
}

Task<Result<void>> AsyncSettings::remove(std::string function, std::string qualifier) {
    const Key key(function, qualifier);
    if (!configs_.contains(key)) {
        co_return Result<void>();
    }
    sql::Work work = [key](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run(
            "DELETE FROM event_invoke_config WHERE function = $1 AND qualifier = $2",
            {key.first, key.second}
        ));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    configs_.erase(key);
    co_return Result<void>();
}

std::optional<EventInvokeConfig> AsyncSettings::find(
    const std::string& function, const std::string& qualifier
) const {
    const auto found = configs_.find(Key(function, qualifier));
    return found == configs_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<EventInvokeConfig> AsyncSettings::list(const std::string& function) const {
    std::vector<EventInvokeConfig> all;
    for (auto at = configs_.lower_bound(Key(function, ""));
         at != configs_.end() && at->first.first == function;
         ++at) {
        all.push_back(at->second);
    }
    return all;
}

EventInvokeConfig AsyncSettings::of_reference(const std::string& reference) const {
    auto [function, qualifier] = function_and_qualifier(reference);
    if (auto found = find(function, qualifier)) {
        return std::move(*found);
    }
    EventInvokeConfig defaults;
    defaults.function = std::move(function);
    defaults.qualifier = std::move(qualifier);
    return defaults;
}

// --- Loops

Task<Result<void>> AsyncSettings::set_loops(std::string function, Loops wanted) {
    sql::Work work = [function, wanted](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run("DELETE FROM looping_function WHERE function = $1", {function}));
        if (wanted == Loops::kAllow) {
            LAMBENT_TRY(
                session.run("INSERT INTO looping_function (function) VALUES ($1)", {function})
            );
        }
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    if (wanted == Loops::kAllow) {
        looping_.insert(function);
    } else {
        looping_.erase(function);
    }
    co_return Result<void>();
}

AsyncSettings::Loops AsyncSettings::loops(const std::string& function) const {
    return looping_.contains(function) ? Loops::kAllow : Loops::kTerminate;
}

Task<Result<void>> AsyncSettings::forget(std::string function) {
    const std::vector<EventInvokeConfig> configs = list(function);
    if (configs.empty() && !looping_.contains(function)) {
        co_return Result<void>();
    }
    sql::Work work = [function](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run("DELETE FROM event_invoke_config WHERE function = $1", {function}));
        LAMBENT_TRY(session.run("DELETE FROM looping_function WHERE function = $1", {function}));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.write(std::move(work)));
    for (const EventInvokeConfig& config : configs) {
        configs_.erase(Key(config.function, config.qualifier));
    }
    looping_.erase(function);
    co_return Result<void>();
}

}  // namespace lambent::scheduler
