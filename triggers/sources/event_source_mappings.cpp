#include "triggers/sources/event_source_mappings.h"

#include "base/ids.h"
#include "triggers/sources/mapping_rules.h"

#include <algorithm>
#include <utility>

namespace lambent::triggers {
namespace {

Error no_mapping() {
    return {Code::kNotFound, "mapping", "The resource you requested does not exist."};
}

Error in_use(std::string_view verb) {
    return {
        Code::kConflict,
        "mapping_in_use",
        "Cannot " + std::string(verb) + " the event source mapping because it is in use."};
}

}  // namespace

EventSourceMappings::EventSourceMappings(
    boost::asio::any_io_executor executor, Ports ports, Logger log
)
    : executor_(executor),
      ports_(std::move(ports)),
      log_(std::move(log)),
      batches_(executor, log_),
      changes_(executor, log_) {}

Task<Result<void>> EventSourceMappings::load() {
    const auto stored = std::make_shared<std::vector<EventSourceMapping>>();  // the closure's too
    sql::Work work = [stored](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*stored, MappingRows{session}.read_all());
        return {};
    };
    LAMBENT_CO_TRY(co_await ports_.driver.read(std::move(work)));
    for (EventSourceMapping& mapping : *stored) {
        const std::string uuid = mapping.uuid;
        entries_[uuid].mapping = std::move(mapping);
    }
    co_return Result<void>();
}

void EventSourceMappings::start() {
    started_ = true;
    for (const auto& [uuid, entry] : entries_) {
        settle_soon(uuid);
    }
}

void EventSourceMappings::pause() {
    paused_ = true;
    for (const auto& [uuid, entry] : entries_) {
        if (entry.poller) {
            entry.poller->ask_to_halt();
        }
    }
}

Task<> EventSourceMappings::stop() {
    pause();
    co_await changes_.join();
    std::vector<std::shared_ptr<Poller>> pollers;
    for (auto& [uuid, entry] : entries_) {
        if (entry.poller) {
            pollers.push_back(std::move(entry.poller));
        }
    }
    for (const std::shared_ptr<Poller>& poller : pollers) {
        co_await poller->halt();
    }
    co_await batches_.join();
}

void EventSourceMappings::tick() {
    for (const auto& [uuid, entry] : entries_) {
        if (entry.poller) {
            entry.poller->tick();
        }
    }
}

// --- What is asked

std::optional<EventSourceMapping> EventSourceMappings::find(const std::string& uuid) const {
    const auto found = entries_.find(uuid);
    return found == entries_.end() ? std::nullopt : std::optional(found->second.mapping);
}

std::vector<EventSourceMapping> EventSourceMappings::list() const {
    std::vector<EventSourceMapping> all;
    for (const auto& [uuid, entry] : entries_) {
        all.push_back(entry.mapping);
    }
    return all;
}

const Poller* EventSourceMappings::poller(const std::string& uuid) const {
    const auto found = entries_.find(uuid);
    return found == entries_.end() ? nullptr : found->second.poller.get();
}

EventSourceMappings::Entry* EventSourceMappings::entry(const std::string& uuid) {
    const auto found = entries_.find(uuid);
    return found == entries_.end() ? nullptr : &found->second;
}

// --- What is changed

Result<void> EventSourceMappings::check(const MappingSettings& settings) const {
    const auto function = ports_.find_function(settings.function);
    if (function == nullptr) {
        return Error(Code::kInvalidArgument, "function", "Function does not exist");
    }
    const auto source = ports_.source.find(settings.source_arn);
    if (!source) {
        return Error(
            Code::kInvalidArgument,
            "mapping",
            "Error occurred while ReceiveMessage. SQS Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does "
            "not exist."
        );
    }
    MappingEnds ends;
    ends.is_fifo = source->is_fifo;
    ends.visibility = source->visibility;
    ends.timeout = std::chrono::seconds(function->timeout_s);
    return check_settings(settings, ends);
}

std::optional<Error> EventSourceMappings::twin_of(const MappingSettings& settings) const {
    for (const auto& [uuid, entry] : entries_) {
        const MappingSettings& other = entry.mapping.settings;
        if (other.source_arn == settings.source_arn && other.function == settings.function) {
            return Error(
                Code::kConflict,
                "mapping_exists",
                "The event source arn (\" " + settings.source_arn + " \") and function (\" " +
                    settings.function +
                    " \") provided mapping already exists. Please update or delete the existing "
                    "mapping with UUID " +
                    uuid
            );
        }
    }
    return std::nullopt;
}

Task<Result<EventSourceMapping>> EventSourceMappings::create(MappingSettings wanted) {
    LAMBENT_CO_TRY(check(wanted));
    if (auto twin = twin_of(wanted)) {
        co_return std::move(*twin);
    }
    EventSourceMapping mapping;
    mapping.uuid = random_uuid();
    mapping.settings = std::move(wanted);
    mapping.modified_ms = unix_ms(ports_.clock.wall_now());
    // Stands there before it is on disk, so that no twin can be made meanwhile.
    entries_[mapping.uuid].mapping = mapping;
    const Result<void> written = co_await put(mapping);
    if (written.has_error()) {
        entries_.erase(mapping.uuid);
        co_return written.error();
    }
    settle_soon(mapping.uuid);
    co_return mapping;
}

Task<Result<EventSourceMapping>> EventSourceMappings::update(
    std::string uuid, MappingChange change
) {
    const Entry* const known = entry(uuid);
    if (known == nullptr) {
        co_return no_mapping();
    }
    const EventSourceMapping before = known->mapping;
    EventSourceMapping changed = before;
    changed.settings = change.applied_to(before.settings);
    const auto state = next_state(
        before.state, event_of(before.settings, changed.settings), changed.settings.enabled
    );
    if (!state) {
        co_return in_use("update");
    }
    MappingSettings disabled = before.settings;
    disabled.enabled = false;
    if (changed.settings != disabled) {  // that is possible whatever has become of the two ends
        LAMBENT_CO_TRY(check(changed.settings));
    }
    if (changed.settings.function != before.settings.function) {
        if (auto twin = twin_of(changed.settings)) {
            co_return std::move(*twin);
        }
    }
    changed.state = *state;
    changed.modified_ms = unix_ms(ports_.clock.wall_now());
    co_return co_await write(std::move(changed), before);
}

Task<Result<EventSourceMapping>> EventSourceMappings::remove(std::string uuid) {
    const Entry* const known = entry(uuid);
    if (known == nullptr) {
        co_return no_mapping();
    }
    const EventSourceMapping before = known->mapping;
    EventSourceMapping changed = before;
    const auto state = next_state(before.state, MappingEvent::kRemove, before.settings.enabled);
    if (!state) {
        co_return in_use("delete");
    }
    changed.state = *state;
    co_return co_await write(std::move(changed), before);
}

// Holds at once for others who ask, on disk before it is acknowledged.
Task<Result<EventSourceMapping>> EventSourceMappings::write(
    EventSourceMapping changed, EventSourceMapping before
) {
    entry(changed.uuid)->mapping = changed;
    const Result<void> written = co_await put(changed);
    if (written.has_error()) {
        entry(changed.uuid)->mapping = before;
        co_return written.error();
    }
    settle_soon(changed.uuid);
    co_return changed;
}

Task<Result<void>> EventSourceMappings::put(EventSourceMapping mapping) {
    sql::Work work = [mapping = std::move(mapping)](sql::Session& session) {
        return MappingRows{session}.put(mapping);
    };
    co_return co_await ports_.driver.write(std::move(work));
}

// --- Making it true

void EventSourceMappings::settle_soon(const std::string& uuid) {
    if (started_ && !paused_) {
        changes_.spawn("mapping_settle", settle(uuid));
    }
}

Task<> EventSourceMappings::settle(std::string uuid) {
    Entry& changed = *entry(uuid);  // goes in this flow only
    const bool wanted =
        changed.mapping.settings.enabled && changed.mapping.state != MappingState::kDeleting;
    if (wanted) {
        poll(changed);
    } else if (changed.poller) {
        co_await changed.poller->halt();
        changed.poller.reset();
    }
    if (changed.mapping.state != MappingState::kDeleting) {
        const auto arrived = next_state(changed.mapping.state, MappingEvent::kSettled, wanted);
        LAMBENT_ASSERT(arrived.has_value());
        changed.mapping.state = *arrived;
        co_return;
    }
    sql::Work work = [uuid](sql::Session& session) {
        return MappingRows{session}.remove(uuid);
    };
    const Result<void> removed = co_await ports_.driver.write(std::move(work));
    if (removed.has_error()) {
        // It is marked as deleted on disk: the next start tries again.
        log_.error("mapping_delete_failed", {{"reason", removed.error().message()}});
    }
    entries_.erase(uuid);
}

void EventSourceMappings::poll(Entry& entry) {
    if (paused_) {
        return;
    }
    if (entry.poller) {
        entry.poller->change(entry.mapping.settings);
        return;
    }
    PollerPorts ports{
        ports_.source,
        ports_.invoker,
        ports_.find_function,
        ports_.next_in_chain,
        ports_.writer,
        ports_.clock,
        batches_};
    entry.poller = std::make_shared<Poller>(
        executor_,
        std::move(ports),
        entry.mapping.settings,
        log_.with({{"mapping", entry.mapping.uuid}})
    );
    entry.poller->start();
}

}  // namespace lambent::triggers
