#pragma once

#include "runtime/logs/log_store.h"

#include <algorithm>
#include <map>

namespace lambent::tests {

// Groups and events in memory; patterns are plain substrings. Tests add events by hand, with any
// time they like; `open` hands out nothing.
class MemoryLogStore final : public runtime::LogStore {
  public:
    void add(
        const std::string& group, const std::string& stream, std::int64_t time_ms, std::string text
    ) {
        runtime::LogEvent event;
        event.time_ms = time_ms;
        event.ingested_ms = time_ms + 5;
        event.stream = stream;
        event.message = std::move(text);
        event.sequence = ++sequence_;
        groups_[group].push_back(std::move(event));
    }

    std::shared_ptr<runtime::LogStream> open(const std::string&, const std::string&) override {
        return nullptr;
    }
    Task<Result<void>> create_group(std::string name) override {
        if (!groups_.try_emplace(name).second) {
            co_return Error(Code::kConflict, "group", "it exists");
        }
        co_return Result<void>();
    }
    Task<Result<void>> remove_group(std::string name) override {
        if (groups_.erase(name) == 0) {
            co_return no_group();
        }
        co_return Result<void>();
    }
    Task<Result<std::vector<runtime::LogGroup>>> groups(std::string prefix) override {
        std::vector<runtime::LogGroup> found;
        for (const auto& [name, events] : groups_) {
            if (name.starts_with(prefix)) {
                found.push_back({name, 1'000, 7 * events.size()});
            }
        }
        co_return found;
    }
    Task<Result<std::vector<runtime::LogStreamInfo>>> streams(std::string group) override {
        if (groups_.count(group) == 0) {
            co_return no_group();
        }
        std::map<std::string, runtime::LogStreamInfo> found;
        for (const runtime::LogEvent& event : groups_[group]) {
            runtime::LogStreamInfo& info = found[event.stream];
            info.name = event.stream;
            info.created_ms = 1'000;
            info.first_event_ms = info.first_event_ms == 0 ? event.time_ms : info.first_event_ms;
            info.last_event_ms = std::max(info.last_event_ms, event.time_ms);
        }
        std::vector<runtime::LogStreamInfo> list;
        for (auto& [name, info] : found) {
            list.push_back(std::move(info));
        }
        co_return list;
    }
    Task<Result<std::vector<runtime::LogEvent>>> query(runtime::LogQuery query) override {
        if (groups_.count(query.group) == 0) {
            co_return no_group();
        }
        std::vector<runtime::LogEvent> found;
        for (const runtime::LogEvent& event : groups_[query.group]) {
            if (fits(query, event) && found.size() < query.limit) {
                found.push_back(event);
            }
        }
        co_return found;
    }
    Task<> flush() override { co_return; }

  private:
    static Error no_group() { return Error(Code::kNotFound, "group", "no such group"); }
    static bool fits(const runtime::LogQuery& query, const runtime::LogEvent& event) {
        const auto& names = query.streams;
        return event.time_ms >= query.start_ms && event.sequence > query.after_sequence &&
               (!query.end_ms || event.time_ms < *query.end_ms) &&
               (names.empty() || std::find(names.begin(), names.end(), event.stream) != names.end()
               ) &&
               event.stream.starts_with(query.stream_prefix) &&
               event.message.find(query.pattern) != std::string::npos;
    }

    std::map<std::string, std::vector<runtime::LogEvent>> groups_;
    std::uint64_t sequence_ = 0;
};

}  // namespace lambent::tests
