#pragma once

#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/clock.h"
#include "base/logger.h"
#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "scheduler/find_function.h"
#include "scheduler/invocation.h"
#include "scheduler/lineage.h"
#include "triggers/sources/event_source_mapping.h"
#include "triggers/sources/mapping_fsm.h"
#include "triggers/sources/mapping_rows.h"
#include "triggers/sources/message_source.h"
#include "triggers/sources/poller.h"

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Lambda's event source mappings: keeps them (on disk before they are acknowledged, in memory for
// who asks) and lets each that is enabled read its queue and invoke its function. Owned by the
// composition root; event loop's thread only; `stop` is awaited before it is destroyed.
//
// Errors, by code and subject: kNotFound "mapping" and "function"; kInvalidArgument "mapping" with
// Lambda's sentence; kConflict "mapping_exists" and "mapping_in_use".
class EventSourceMappings {
  public:
    struct Ports {
        sql::Driver& driver;
        MessageSource& source;
        scheduler::Invoker& invoker;
        scheduler::FindFunction find_function;
        scheduler::NextInChain next_in_chain;
        const BatchEventWriter& writer;
        const Clock& clock;
    };
    EventSourceMappings(boost::asio::any_io_executor executor, Ports ports, Logger log);
    static std::vector<sql::Migration> migrations() { return MappingRows::migrations(); }

    Task<Result<void>> load();  // once, before `start`
    void start();
    // Nothing more is received; batches that run go on.
    void pause();
    // Pauses and waits for batches that run. They end soon once the Invoker has been stopped.
    Task<> stop();

    Task<Result<EventSourceMapping>> create(MappingSettings wanted);
    std::optional<EventSourceMapping> find(const std::string& uuid) const;
    std::vector<EventSourceMapping> list() const;  // by uuid
    Task<Result<EventSourceMapping>> update(std::string uuid, MappingChange change);
    // As it was last; it goes soon.
    Task<Result<EventSourceMapping>> remove(std::string uuid);

    // Looks again what there is to do. For tests that move the clock by hand.
    void tick();
    // The poller of a mapping that is enabled, else null.
    const Poller* poller(const std::string& uuid) const;

  private:
    struct Entry {
        EventSourceMapping mapping;
        std::shared_ptr<Poller> poller;  // also held by its batches
    };

    Entry* entry(const std::string& uuid);
    Result<void> check(const MappingSettings& settings) const;
    std::optional<Error> twin_of(const MappingSettings& settings) const;
    Task<Result<EventSourceMapping>> write(EventSourceMapping changed, EventSourceMapping before);
    Task<Result<void>> put(EventSourceMapping mapping);
    void settle_soon(const std::string& uuid);
    Task<> settle(std::string uuid);
    void poll(Entry& entry);

    boost::asio::any_io_executor executor_;
    Ports ports_;
    Logger log_;
    std::map<std::string, Entry> entries_;  // by uuid
    bool started_ = false;
    bool paused_ = false;
    TaskScope batches_;
    TaskScope changes_;
};

}  // namespace lambent::triggers
