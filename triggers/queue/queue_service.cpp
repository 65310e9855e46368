#include "triggers/queue/queue_service.h"

#include "triggers/queue/queue_parts.h"
#include "triggers/queue/queue_rules.h"

#include <algorithm>
#include <utility>

// What there is of queues; queue_sending, queue_receiving and queue_receipts have their messages.
namespace lambent::triggers {
namespace {

Error not_before(const char* subject, std::string message) {
    return Error(Code::kConflict, subject, std::move(message));
}

bool allows(const QueueDescription& dead_letters, const std::string& source_arn) {
    const auto& policy = dead_letters.settings.redrive_allow;
    if (!policy || policy->kind == RedriveAllowPolicy::Kind::kAllowAll) {
        return true;
    }
    const auto& arns = policy->source_arns;
    return policy->kind == RedriveAllowPolicy::Kind::kByQueue &&
           std::find(arns.begin(), arns.end(), source_arn) != arns.end();
}

Error bad_redrive(const RedrivePolicy& policy, const char* why) {
    return invalid_value(
        "{\"deadLetterTargetArn\":\"" + policy.dead_letter_arn +
            "\",\"maxReceiveCount\":" + std::to_string(policy.receives_max) + "}",
        "RedrivePolicy",
        why
    );
}

}  // namespace

QueueService::QueueService(
    boost::asio::any_io_executor executor,
    sql::Driver& driver,
    const Clock& clock,
    QueueServiceConfig config,
    Logger log
)
    : parts_(std::make_unique<Parts>(
          std::move(executor), driver, clock, std::move(config), std::move(log)
      )) {}

QueueService::~QueueService() = default;

std::vector<sql::Migration> QueueService::migrations() {
    return QueueRows::migrations();
}

std::string QueueService::arn_of(const std::string& name) const {
    return parts_->arn_of(name);
}

Task<Result<void>> QueueService::load() {
    const auto stored = std::make_shared<QueueRows::All>();  // the closure's and ours
    const std::int64_t now = parts_->now_ms();
    // In a write, so that however much there is, it is not given up as too old a snapshot.
    sql::Work work = [stored, now](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, QueueRows{session}.read_all(now));
        return {};
    };
    LAMBENT_CO_TRY(co_await parts_->write(std::move(work)));
    parts_->fill(std::move(*stored));
    co_return Result<void>();
}

void QueueService::Parts::fill(QueueRows::All stored) {
    const std::int64_t now = now_ms();
    const auto seen = [this](std::int64_t number) {
        last_number = std::max(last_number, number);
    };
    std::map<std::int64_t, ShelfPtr> by_number;
    for (QueueRows::Queue& queue : stored.queues) {
        const std::string name = queue.description.name;
        seen(queue.number);
        const auto shelf = std::make_shared<QueueShelf>(std::move(queue));  // ShelfPtr
        by_number.emplace(shelf->queue.number, shelf);
        shelves.emplace(name, shelf);
    }
    std::size_t strays = 0;  // messages and duplicates whose queue is not there
    for (auto& [queue, message] : stored.messages) {
        seen(message.number);
        if (const auto found = by_number.find(queue); found != by_number.end()) {
            found->second->messages.add(std::move(message), now);
        } else {
            ++strays;
        }
    }
    for (auto& [queue, key, original] : stored.duplicates) {
        seen(original.number);
        if (const auto found = by_number.find(queue); found != by_number.end()) {
            found->second->duplicates.add(std::move(key), std::move(original));
        } else {
            ++strays;
        }
    }
    if (strays > 0) {
        log.error("queue_rows_without_queue", {{"rows", strays}});
    }
    tasks = std::move(stored.tasks);
}

Result<void> QueueService::Parts::check_redrive(
    const std::string& arn, QueueKind kind, const QueueSettings& settings
) const {
    if (!settings.redrive) {
        return {};
    }
    const RedrivePolicy& policy = *settings.redrive;
    const ShelfPtr target = find(policy.dead_letter_arn);
    if (!target) {
        return bad_redrive(policy, "Dead letter target does not exist.");
    }
    if (target->queue.description.kind != kind) {
        return bad_redrive(policy, "Dead-letter queue must be same type of queue as the source.");
    }
    if (!allows(target->queue.description, arn)) {
        return bad_redrive(
            policy, "The dead-letter queue's redrive allow policy does not allow this queue."
        );
    }
    return {};
}

Result<void> QueueService::Parts::check_new(const std::string& name, const QueueSettings& settings)
    const {
    const QueueKind kind = kind_of(name);
    LAMBENT_TRY(check_queue_name(name));
    LAMBENT_TRY(check_settings(kind, settings));
    LAMBENT_TRY(check_redrive(arn_of(name), kind, settings));
    const auto deleted = deleted_ms.find(name);
    const std::chrono::milliseconds wait = config.recreate_after;
    if (deleted != deleted_ms.end() && now_ms() < deleted->second + wait.count()) {
        return not_before(
            "deleted_recently",
            "You must wait 60 seconds after deleting a queue before you can create another with "
            "the same name."
        );
    }
    return {};
}

Task<Result<QueueDescription>> QueueService::Parts::create_again(
    ShelfPtr known, QueueSettings settings
) {
    if (known->settings() != settings) {
        co_return not_before("queue_exists", "A queue already exists with the same name.");
    }
    sql::Work nothing = [](sql::Session&) -> Result<void> {
        return {};
    };
    LAMBENT_CO_TRY(co_await write(std::move(nothing)));  // behind its creation
    if (known->condition == QueueShelf::Condition::kGone) {
        co_return not_ready();
    }
    co_return known->queue.description;
}

Task<Result<QueueDescription>> QueueService::create(
    std::string name, QueueSettings settings, QueueTags tags
) {
    Parts& parts = *parts_;
    if (ShelfPtr known = parts.find(name)) {
        co_return co_await parts.create_again(std::move(known), std::move(settings));
    }
    LAMBENT_CO_TRY(parts.check_new(name, settings));
    const std::int64_t now = parts.now_ms();
    QueueRows::Queue queue;
    queue.number = parts.next_number();
    queue.description = {name, parts.arn_of(name), kind_of(name), std::move(settings), now, now};
    queue.tags = std::move(tags);
    const auto shelf = std::make_shared<QueueShelf>(queue);  // ShelfPtr
    shelf->condition = QueueShelf::Condition::kNew;
    parts.shelves.emplace(name, shelf);
    sql::Work work = [queue](sql::Session& session) {
        return QueueRows{session}.put(queue);
    };
    const Result<void> done = co_await parts.write(std::move(work));
    if (done.has_error()) {
        shelf->condition = QueueShelf::Condition::kGone;
        parts.shelves.erase(name);
        shelf->wake_all();
        co_return done.error();
    }
    shelf->condition = QueueShelf::Condition::kOpen;
    parts.deleted_ms.erase(name);
    co_return shelf->queue.description;
}

Task<Result<void>> QueueService::remove(std::string queue) {
    Parts& parts = *parts_;
    LAMBENT_CO_TRY(const ShelfPtr shelf, parts.open(queue));
    const std::string name = shelf->queue.description.name;
    shelf->condition = QueueShelf::Condition::kGone;
    parts.shelves.erase(name);
    parts.deleted_ms[name] = parts.now_ms();
    shelf->wake_all();
    const std::int64_t number = shelf->queue.number;
    sql::Work work = [number](sql::Session& session) {
        return QueueRows{session}.remove_queue(number);
    };
    const Result<void> done = co_await parts.write(std::move(work));
    if (done.has_error()) {
        parts.deleted_ms.erase(name);
        shelf->condition = QueueShelf::Condition::kOpen;
        parts.shelves.emplace(name, shelf);
        parts.distrust(shelf);
    }
    co_return done;
}

std::optional<QueueDescription> QueueService::find(const std::string& queue) const {
    const ShelfPtr shelf = parts_->find(queue);
    return shelf ? std::optional(shelf->queue.description) : std::nullopt;
}

std::vector<QueueDescription> QueueService::list(const std::string& name_prefix) const {
    std::vector<QueueDescription> found;
    auto at = parts_->shelves.lower_bound(name_prefix);
    for (; at != parts_->shelves.end() && at->first.starts_with(name_prefix); ++at) {
        found.push_back(at->second->queue.description);
    }
    return found;
}

std::vector<QueueDescription> QueueService::sources_of(const std::string& queue) const {
    std::vector<QueueDescription> found;
    const ShelfPtr target = parts_->find(queue);
    for (const auto& [name, shelf] : parts_->shelves) {
        const auto& redrive = shelf->settings().redrive;
        if (target && redrive && redrive->dead_letter_arn == target->arn()) {
            found.push_back(shelf->queue.description);
        }
    }
    return found;
}

Result<QueueCounts> QueueService::counts(const std::string& queue) {
    LAMBENT_TRY(const ShelfPtr shelf, parts_->open(queue));
    return shelf->messages.counts(parts_->now_ms());
}

Result<QueueTags> QueueService::tags(const std::string& queue) const {
    LAMBENT_TRY(const ShelfPtr shelf, parts_->open(queue));
    return shelf->queue.tags;
}

Task<Result<void>> QueueService::change_settings(std::string queue, QueueSettings settings) {
    Parts& parts = *parts_;
    LAMBENT_CO_TRY(const ShelfPtr shelf, parts.open(queue));
    QueueDescription& described = shelf->queue.description;
    LAMBENT_CO_TRY(check_settings(described.kind, settings));
    LAMBENT_CO_TRY(parts.check_redrive(described.arn, described.kind, settings));
    const QueueDescription before = described;
    described.settings = std::move(settings);
    described.modified_ms = parts.now_ms();
    shelf->messages.change_rules(rules_of(described), parts.now_ms());
    shelf->wake_first(parts.now_ms());
    sql::Work work = [queue = shelf->queue](sql::Session& session) {
        return QueueRows{session}.put(queue);
    };
    const Result<void> done = co_await parts.write(std::move(work));
    if (done.has_error()) {
        described = before;
        shelf->messages.change_rules(rules_of(before), parts.now_ms());
    }
    co_return done;
}

Task<Result<void>> QueueService::change_tags(std::string queue, QueueTags tags) {
    Parts& parts = *parts_;
    LAMBENT_CO_TRY(const ShelfPtr shelf, parts.open(queue));
    const QueueTags before = std::exchange(shelf->queue.tags, std::move(tags));
    sql::Work work = [queue = shelf->queue](sql::Session& session) {
        return QueueRows{session}.put(queue);
    };
    const Result<void> done = co_await parts.write(std::move(work));
    if (done.has_error()) {
        shelf->queue.tags = before;
    }
    co_return done;
}

Task<Result<void>> QueueService::purge(std::string queue) {
    Parts& parts = *parts_;
    LAMBENT_CO_TRY(const ShelfPtr shelf, parts.open(queue));
    const std::int64_t now = parts.now_ms();
    const std::chrono::milliseconds every = parts.config.purge_every;
    if (shelf->purged_ms != 0 && now < shelf->purged_ms + every.count()) {
        co_return not_before(
            "purge_in_progress",
            "Only one PurgeQueue operation on " + shelf->queue.description.name +
                " is allowed every 60 seconds."
        );
    }
    shelf->purged_ms = now;
    shelf->messages.clear();
    const std::int64_t number = shelf->queue.number;
    sql::Work work = [number](sql::Session& session) {
        return QueueRows{session}.remove_messages_of(number);
    };
    const Result<void> done = co_await parts.write(std::move(work));
    if (done.has_error()) {
        shelf->purged_ms = 0;
        parts.distrust(shelf);
    }
    co_return done;
}

}  // namespace lambent::triggers
