#include "scheduler/concurrency_settings.h"

#include <algorithm>
#include <memory>

namespace lambent::scheduler {
namespace {

constexpr char kConcurrencySchema[] = R"(
CREATE TABLE concurrency_reservation (
    function TEXT NOT NULL PRIMARY KEY,
    slots BIGINT NOT NULL
);
CREATE TABLE concurrency_provision (
    function TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    slots BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    PRIMARY KEY (function, qualifier)
)
)";

Error refused(std::string message) {
    return Error(Code::kInvalidArgument, "concurrency", std::move(message));
}

std::uint32_t slots_of(const sql::Value& value) {
    return static_cast<std::uint32_t>(sql::as_int(value));
}

Result<void> write_reservation(
    sql::Session& session, const std::string& function, std::optional<std::uint32_t> slots
) {
    LAMBENT_TRY(session.run("DELETE FROM concurrency_reservation WHERE function = $1", {function}));
    if (slots) {
        LAMBENT_TRY(session.run(
            "INSERT INTO concurrency_reservation (function, slots) VALUES ($1, $2)",
            {function, std::int64_t{*slots}}
        ));
    }
    return {};
}

Result<void> write_provisions(
    sql::Session& session,
    const std::string& function,
    const std::map<std::string, ProvisionedConfig>& configs
) {
    LAMBENT_TRY(session.run("DELETE FROM concurrency_provision WHERE function = $1", {function}));
    for (const auto& [qualifier, config] : configs) {
        LAMBENT_TRY(session.run(
            "INSERT INTO concurrency_provision (function, qualifier, slots, modified_ms)"
            " VALUES ($1, $2, $3, $4)",
            {function, qualifier, std::int64_t{config.requested}, config.modified_ms}
        ));
    }
    return {};
}

struct Stored {
    std::vector<std::pair<std::string, std::uint32_t>> reservations;
    std::vector<ProvisionedConfig> provisions;
};

Result<Stored> read_all(sql::Session& session) {
    Stored stored;
    LAMBENT_TRY(
        const sql::Rows reserved, session.run("SELECT function, slots FROM concurrency_reservation")
    );
    for (const sql::Row& row : reserved.rows) {
        stored.reservations.emplace_back(sql::as_text(row[0]), slots_of(row[1]));
    }
    LAMBENT_TRY(
        const sql::Rows provisioned,
        session.run("SELECT function, qualifier, slots, modified_ms FROM concurrency_provision")
    );
    for (const sql::Row& row : provisioned.rows) {
        ProvisionedConfig config;
        config.function = sql::as_text(row[0]);
        config.qualifier = sql::as_text(row[1]);
        config.requested = slots_of(row[2]);
        config.modified_ms = sql::as_int(row[3]);
        stored.provisions.push_back(std::move(config));
    }
    return stored;
}

}  // namespace

std::uint32_t ConcurrencySettings::PerFunction::provisioned_sum() const {
    std::uint32_t sum = 0;
    for (const auto& [qualifier, config] : provisioned) {
        sum += config.requested;
    }
    return sum;
}

std::uint32_t ConcurrencySettings::PerFunction::claim() const {
    return reserved ? *reserved : provisioned_sum();
}

ConcurrencySettings::ConcurrencySettings(
    sql::Driver& driver, const Clock& clock, std::uint32_t account_slots
)
    : driver_(driver), clock_(clock), account_slots_(account_slots) {}

std::vector<sql::Migration> ConcurrencySettings::migrations() {
    return {{"scheduler.concurrency", 1, kConcurrencySchema}};
}

Task<Result<void>> ConcurrencySettings::load(std::function<bool(const std::string& function)> exists
) {
    const auto stored = std::make_shared<Stored>();  // the closure's and ours
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, read_all(session));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver_.read(std::move(work)));
    for (const auto& [function, slots] : stored->reservations) {
        functions_[function].reserved = slots;
    }
    for (ProvisionedConfig& config : stored->provisions) {
        PerFunction& per = functions_[config.function];
        per.provisioned.insert_or_assign(config.qualifier, config);
    }
    for (const std::string& function : functions()) {
        if (!exists(function)) {
            LAMBENT_CO_TRY(co_await forget(function));
        } else if (listener_) {
            listener_(function);
        }
    }
    co_return Result<void>();
}

// --- Changes

Task<Result<void>> ConcurrencySettings::reserve(std::string function, std::uint32_t slots) {
    const PerFunction* const now = find(function);
    PerFunction wanted = now == nullptr ? PerFunction() : *now;
    wanted.reserved = slots;
    const std::uint32_t provisioned = wanted.provisioned_sum();
    if (slots < provisioned) {
        co_return refused(
            "ReservedConcurrentExecutions " + std::to_string(slots) +
            " should not be lower than function's total provisioned concurrency [" +
            std::to_string(provisioned) + "]."
        );
    }
    if (check_account(function, wanted).has_error()) {
        co_return refused(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of [" +
            std::to_string(std::min(kUnreservedMin, account_slots_)) + "]."
        );
    }
    co_return co_await change(std::move(function), std::move(wanted));
}

Task<Result<void>> ConcurrencySettings::unreserve(std::string function) {
    const PerFunction* const now = find(function);
    if (now == nullptr || !now->reserved) {
        co_return Result<void>();
    }
    PerFunction wanted = *now;
    wanted.reserved.reset();
    co_return co_await change(std::move(function), std::move(wanted));
}

Task<Result<ProvisionedConfig>> ConcurrencySettings::provision(
    std::string function, std::string qualifier, std::uint32_t slots
) {
    const PerFunction* const now = find(function);
    PerFunction wanted = now == nullptr ? PerFunction() : *now;
    const ProvisionedConfig config{function, qualifier, slots, unix_ms(clock_.wall_now())};
    wanted.provisioned.insert_or_assign(qualifier, config);
    if (wanted.reserved && wanted.provisioned_sum() > *wanted.reserved) {
        co_return refused(
            "Requested Provisioned Concurrency should not be greater than the "
            "reservedConcurrentExecution for function"
        );
    }
    const std::uint32_t free = unreserved() + (now == nullptr ? 0 : now->claim());
    if (wanted.claim() > free) {
        co_return refused(
            "Specified ConcurrentExecutions for function is greater than account's unreserved "
            "concurrency [" +
            std::to_string(free) + "]."
        );
    }
    if (check_account(function, wanted).has_error()) {
        co_return refused(
            "Specified ConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of [" +
            std::to_string(std::min(kUnreservedMin, account_slots_)) + "]."
        );
    }
    LAMBENT_CO_TRY(co_await change(std::move(function), std::move(wanted)));
    co_return config;
}

Task<Result<void>> ConcurrencySettings::unprovision(std::string function, std::string qualifier) {
    const PerFunction* const now = find(function);
    if (now == nullptr || !now->provisioned.contains(qualifier)) {
        co_return Result<void>();
    }
    PerFunction wanted = *now;
    wanted.provisioned.erase(qualifier);
    co_return co_await change(std::move(function), std::move(wanted));
}

Task<Result<void>> ConcurrencySettings::forget(std::string function) {
    if (find(function) == nullptr) {
        co_return Result<void>();
    }
    PerFunction nothing;
    co_return co_await change(std::move(function), std::move(nothing));
}

// A smaller claim than before is always allowed, also where the account has shrunk meanwhile.
Result<void> ConcurrencySettings::check_account(
    const std::string& function, const PerFunction& wanted
) const {
    const PerFunction* const now = find(function);
    const std::uint32_t claim_now = now == nullptr ? 0 : now->claim();
    const std::uint32_t unreserved_min = std::min(kUnreservedMin, account_slots_);
    if (wanted.claim() > claim_now &&
        std::uint64_t{wanted.claim()} - claim_now + unreserved_min > unreserved()) {
        return refused("the account has not so many slots");
    }
    return {};
}

// In memory first, so that two changes at once see each other.
Task<Result<void>> ConcurrencySettings::change(std::string function, PerFunction wanted) {
    const PerFunction* const now = find(function);
    const PerFunction before = now == nullptr ? PerFunction() : *now;
    put(function, wanted);
    sql::Work work = [function, wanted](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(write_reservation(session, function, wanted.reserved));
        return write_provisions(session, function, wanted.provisioned);
    };
    const Result<void> written = co_await driver_.write(std::move(work));
    if (written.has_error()) {
        put(function, before);
    }
    co_return written;
}

void ConcurrencySettings::put(const std::string& function, PerFunction settings) {
    if (!settings.reserved && settings.provisioned.empty()) {
        functions_.erase(function);
    } else {
        functions_.insert_or_assign(function, std::move(settings));
    }
    if (listener_) {
        listener_(function);
    }
}

// --- Questions

const ConcurrencySettings::PerFunction* ConcurrencySettings::find(const std::string& function
) const {
    const auto found = functions_.find(function);
    return found == functions_.end() ? nullptr : &found->second;
}

std::optional<std::uint32_t> ConcurrencySettings::reserved(const std::string& function) const {
    const PerFunction* const found = find(function);
    return found == nullptr ? std::nullopt : found->reserved;
}

std::optional<ProvisionedConfig> ConcurrencySettings::provisioned(
    const std::string& function, const std::string& qualifier
) const {
    const PerFunction* const found = find(function);
    if (found == nullptr || !found->provisioned.contains(qualifier)) {
        return std::nullopt;
    }
    return found->provisioned.at(qualifier);
}

std::vector<ProvisionedConfig> ConcurrencySettings::provisioned(const std::string& function) const {
    std::vector<ProvisionedConfig> configs;
    if (const PerFunction* const found = find(function)) {
        for (const auto& [qualifier, config] : found->provisioned) {
            configs.push_back(config);
        }
    }
    return configs;
}

std::uint32_t ConcurrencySettings::unreserved() const {
    std::uint32_t left = account_slots_;
    for (const auto& [function, settings] : functions_) {
        left -= std::min(left, settings.claim());
    }
    return left;
}

std::vector<std::string> ConcurrencySettings::functions() const {
    std::vector<std::string> names;
    for (const auto& [function, settings] : functions_) {
        names.push_back(function);
    }
    return names;
}

}  // namespace lambent::scheduler
