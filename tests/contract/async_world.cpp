#include "tests/contract/async_world.h"

#include "tests/support/run_flow.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace lambent::tests {
namespace {

constexpr char kWork[] = "work";

// A number below 100 that depends on nothing but these.
std::uint32_t drawn(std::uint32_t seed, const std::string& what, int time) {
    std::mt19937 random(
        seed ^ static_cast<std::uint32_t>(std::hash<std::string>{}(what + std::to_string(time)))
    );
    return static_cast<std::uint32_t>(random() % 100);
}

// The id by which the test knows what a message is about.
std::string subject_of(const scheduler::TargetMessage& message) {
    if (message.target_arn == Outside::kDeadEvents) {
        return message.attributes.at("RequestID");
    }
    if (message.target_arn == Outside::kWon || message.target_arn == Outside::kLost) {
        return nlohmann::json::parse(message.body).at("requestContext").at("requestId");
    }
    return message.target_arn == Outside::kTold ? message.body : message.id;
}

scheduler::TargetMessage message_of(const std::string& id, const std::string& group) {
    scheduler::TargetMessage message;
    message.id = id;
    message.target_arn = group.empty() ? Outside::kJobs : Outside::kFifo;
    message.source_arn = "arn:aws:events:us-east-1:000000000000:rule/r";
    message.body = std::string(500, 'x');
    message.group_id = group;
    return message;
}

scheduler::DeliveryRules rules_with_dead_letters() {
    scheduler::DeliveryRules rules;
    rules.dead_letter_arn = Outside::kDead;
    return rules;
}

}  // namespace

const std::string Outside::kWon = "arn:aws:sqs:us-east-1:000000000000:won";
const std::string Outside::kLost = "arn:aws:sqs:us-east-1:000000000000:lost";
const std::string Outside::kDeadEvents = "arn:aws:sqs:us-east-1:000000000000:dead-events";
const std::string Outside::kJobs = "arn:aws:sqs:us-east-1:000000000000:jobs";
const std::string Outside::kFifo = "arn:aws:sqs:us-east-1:000000000000:jobs.fifo";
const std::string Outside::kDead = "arn:aws:sqs:us-east-1:000000000000:dead";
const std::string Outside::kTold = "arn:aws:sqs:us-east-1:000000000000:told";

bool Outside::has_arrived(const std::string& target, const std::string& id) const {
    const auto at = arrived.find(target);
    return at != arrived.end() &&
           std::find(at->second.begin(), at->second.end(), id) != at->second.end();
}

bool Outside::event_has_ended(const std::string& id) const {
    return has_arrived(kWon, id) || (has_arrived(kLost, id) && has_arrived(kDeadEvents, id));
}

bool Outside::message_has_ended(const std::string& id) const {
    return has_arrived(kJobs, id) || has_arrived(kFifo, id) || has_arrived(kDead, id + "-dead");
}

class AsyncLife::Functions final : public scheduler::Invoker {
  public:
    Functions(const FaultVfs& disk, Outside& outside) : disk_(disk), outside_(outside) {}

    Task<Result<scheduler::InvocationResult>> invoke(scheduler::Invocation invocation) override {
        const std::string& id = invocation.request_id;
        if (disk_.power_is_cut()) {
            co_return Error(Code::kUnavailable, "the power is cut");
        }
        const std::uint32_t fate = drawn(outside_.seed, id, ++asked_[id]);
        if (fate < 20) {
            co_return Error(Code::kThrottled, "throttled");
        }
        outside_.invocations[id] += 1;
        outside_.payloads.insert(invocation.payload);
        scheduler::InvocationResult result;
        result.executed_version = "$LATEST";
        result.outcome.payload = "{}";
        if (fate < 50) {
            result.outcome.kind = runtime::OutcomeKind::kFunctionError;
        }
        co_return result;
    }

  private:
    const FaultVfs& disk_;
    Outside& outside_;
    std::map<std::string, int> asked_;
};

class AsyncLife::Receivers final : public scheduler::Targets {
  public:
    Receivers(const FaultVfs& disk, Outside& outside) : disk_(disk), outside_(outside) {}

    Task<Result<void>> send(scheduler::TargetMessage message) override {
        if (disk_.power_is_cut()) {
            co_return Error(Code::kUnavailable, "the power is cut");
        }
        const std::string subject = subject_of(message);
        const std::uint32_t fate =
            drawn(outside_.seed, subject + message.target_arn, ++asked_[subject]);
        if (fate < 20) {
            co_return Error(Code::kUnavailable, "busy");
        }
        const bool has_dead_letters =
            message.target_arn == Outside::kJobs || message.target_arn == Outside::kFifo;
        if (fate < 30 && has_dead_letters) {
            co_return Error(Code::kNotFound, "gone");
        }
        outside_.arrived[message.target_arn].push_back(subject);
        co_return Result<void>();
    }

  private:
    const FaultVfs& disk_;
    Outside& outside_;
    std::map<std::string, int> asked_;
};

std::vector<sql::Migration> AsyncLife::migrations() {
    std::vector<sql::Migration> steps = scheduler::SqlAsyncQueue::migrations();
    for (const auto& room :
         {scheduler::AsyncSettings::migrations(), scheduler::SqlOutbox::migrations()}) {
        steps.insert(steps.end(), room.begin(), room.end());
    }
    return steps;
}

sql::SqliteConfig AsyncLife::small_config() {
    sql::SqliteConfig config;
    config.checkpoint_frames = 60;
    config.readers = 1;
    config.disk_reserve_bytes = 0;
    return config;
}

AsyncLife::AsyncLife(
    const std::string& database,
    FaultVfs& disk,
    Outside& outside,
    WallTime start,
    sql::SqliteConfig config
)
    : disk_(disk),
      outside_(outside),
      loop_(1),
      clock_(loop_.get_executor(), start),
      functions_(std::make_unique<Functions>(disk, outside)),
      receivers_(std::make_unique<Receivers>(disk, outside)),
      clients_(loop_.get_executor(), Logger::silent()) {
    config.on_fatal = [this](const Error&) {
        failed_ = true;
    };
    auto opened = sql::SqliteDriver::open(database, std::move(config));
    if (opened.has_error()) {
        return;
    }
    driver_ = std::move(*opened);
    settings_ = std::make_unique<scheduler::AsyncSettings>(*driver_, clock_);
    queue_ = std::make_unique<scheduler::SqlAsyncQueue>(*driver_, clock_);
    outbox_ = std::make_unique<scheduler::SqlOutbox>(*driver_, clock_);
    auto all = [](const std::string&) {
        return true;
    };
    if (run_flow(loop_, settings_->load(all)).has_value()) {
        start_pumps();
    } else {
        driver_.reset();
    }
}

void AsyncLife::start_pumps() {
    auto work = std::make_shared<runtime::Function>();
    work->name = kWork;
    work->dead_letter_arn = Outside::kDeadEvents;
    pump_ = std::make_unique<scheduler::AsyncPump>(
        loop_.get_executor(),
        scheduler::AsyncPorts{
            *queue_,
            *functions_,
            [work](const std::string&) { return work; },
            *settings_,
            *outbox_,
            [](const std::string&) { return false; },
            clock_,
            "us-east-1"},
        Logger::silent()
    );
    auto jitter = [random = std::mt19937(outside_.seed)]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(random);
    };
    outbox_pump_ = std::make_unique<scheduler::OutboxPump>(
        loop_.get_executor(), *outbox_, *receivers_, clock_, std::move(jitter), Logger::silent()
    );
    pump_->start();
    outbox_pump_->start();
}

AsyncLife::~AsyncLife() {
    run_flow(loop_, clients_.join());
    if (pump_) {
        run_flow(loop_, pump_->stop());
        run_flow(loop_, outbox_pump_->stop());
    }
    driver_.reset();
}

// --- Clients

void AsyncLife::be_used(const std::string& name) {
    for (int i = 0; i < 3; ++i) {
        clients_.spawn("client", client(name + "-" + std::to_string(i), TimeHold(clock_)));
    }
}

Task<> AsyncLife::client(std::string name, TimeHold /*hold*/) {
    for (int i = 0; i < 2 && !has_failed(); ++i) {
        const std::string id = name + "-" + std::to_string(i);
        co_await add_event("e" + id);
        co_await add_message("m" + id, "");
        co_await add_message("g" + id, name);
        co_await add_pair(id);
    }
}

Task<> AsyncLife::add_event(std::string id) {
    scheduler::AsyncEvent event;
    event.request_id = id;
    event.function = kWork;
    event.payload = "{}";
    const Result<void> added = co_await queue_->enqueue(std::move(event));
    if (added.has_value()) {
        outside_.events.insert(id);
    }
}

Task<> AsyncLife::add_message(std::string id, std::string group) {
    std::vector<scheduler::TargetMessage> messages{message_of(id, group)};
    const Result<void> added =
        co_await outbox_->add(std::move(messages), rules_with_dead_letters());
    if (added.has_value()) {
        outside_.messages.insert(id);
    }
}

// An event and a message in one transaction.
Task<> AsyncLife::add_pair(std::string id) {
    sql::Work work = [this, id](sql::Session& session) -> Result<void> {
        scheduler::AsyncEvent event;
        event.request_id = "pe" + id;
        event.function = kWork;
        event.payload = "{}";
        LAMBENT_TRY(queue_->enqueue_in(session, event));
        return outbox_->add_in(session, message_of("pm" + id, ""), rules_with_dead_letters());
    };
    const Result<void> added = co_await driver_->write(std::move(work));
    if (added.has_value()) {
        queue_->wake();
        outbox_->wake();
        outside_.events.insert("pe" + id);
        outside_.messages.insert("pm" + id);
    }
}

// --- Time

void AsyncLife::run(const std::vector<std::string>& other_tables) {
    constexpr int kStepsMax = 400;
    for (int step = 0; step < kStepsMax && !has_failed(); ++step) {
        run_flow(loop_, clock_.advance(std::chrono::seconds(step < 40 ? 15 : 600))).value();
        if (step % 10 == 9 && clients_.running() == 0 && !has_failed() &&
            is_empty({"outbox", "async_event"}) && is_empty(other_tables)) {
            return;
        }
    }
}

bool AsyncLife::is_empty(const std::vector<std::string>& tables) {
    return std::all_of(tables.begin(), tables.end(), [this](const std::string& table) {
        return rows(table) == 0;
    });
}

std::int64_t AsyncLife::rows(const std::string& table) {
    std::int64_t count = -1;
    sql::Work work = [&count, table](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(const sql::Rows found, session.run("SELECT count(*) FROM " + table));
        count = sql::as_int(found.rows.at(0).at(0));
        return {};
    };
    (void)run_flow(loop_, driver_->read(std::move(work)));
    return count;
}

}  // namespace lambent::tests
