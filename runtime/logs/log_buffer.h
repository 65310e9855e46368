#pragma once

#include "base/clock.h"
#include "runtime/logs/log_batch.h"
#include "runtime/logs/log_rows.h"
#include "runtime/logs/log_store.h"
#include "runtime/logs/log_tail.h"
#include "runtime/logs/sql_log_store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::runtime {

// What waits in memory: groups, open streams, and their lines in batches. No I/O and no waiting;
// the store around it takes batches out and writes them. Shared by the store and every open stream.
// Event loop's thread only.
class LogBuffer : public std::enable_shared_from_this<LogBuffer> {
  public:
    LogBuffer(const Clock& clock, LogStoreConfig config);

    std::shared_ptr<LogStream> open(const std::string& group, const std::string& name);
    // What the database held when the daemon started.
    void restore(const LogTotals& totals);

    const LogGroupRow* find(const std::string& group) const;
    void ensure(const std::string& group);
    // Streams that are open make the group anew with their next line.
    void forget(const std::string& group);
    std::vector<LogGroup> groups(const std::string& prefix) const;

    // Groups that have no row yet, and the lines so far: now the caller's, who reports back.
    struct Batches {
        std::vector<LogGroupRow> groups;
        std::vector<LogBatchRow> rows;
    };
    Batches take();
    void stored(const Batches& written, const std::vector<RemovedBytes>& removed);
    void lost(const Batches& dropped);
    // How many stored bytes of each group must go so that these find room, with some air for the
    // next.
    std::vector<RemovedBytes> excess(const Batches& coming) const;
    // Lets go of lines that nobody will write.
    void discard();

    bool empty() const { return dirty_.empty() && new_groups_ == 0; }
    std::uint64_t dropped_lines() const { return dropped_lines_; }
    // So much waits that it should be written before its time; whoever `on_plenty` named was told.
    bool wants_write() const { return asked_; }
    void on_plenty(std::function<void()> write_soon) { write_soon_ = std::move(write_soon); }

  private:
    class Stream;
    struct Group {
        LogGroupRow row;
        bool stored = false;   // has its row in the database
        bool removed = false;  // by its owner, while streams may be open
        std::size_t pending_bytes = 0;
    };
    using Key = std::pair<std::string, std::string>;  // group, stream

    const std::shared_ptr<Group>& group(const std::string& name);
    bool has_room(const Group& group, std::size_t bytes) const;
    void append(Stream& stream, std::string_view line);
    LogBatchRow take_from(Stream& stream);

    const Clock& clock_;
    const LogStoreConfig config_;
    std::map<std::string, std::shared_ptr<Group>> groups_;
    std::map<std::int64_t, std::shared_ptr<Group>> groups_by_id_;
    std::map<Key, std::weak_ptr<Stream>> open_;
    std::vector<std::shared_ptr<Stream>> dirty_;  // those with lines; kept alive until taken
    std::function<void()> write_soon_;
    bool asked_ = false;
    std::size_t new_groups_ = 0;
    std::size_t pending_bytes_ = 0;
    std::uint64_t dropped_lines_ = 0;
    std::uint64_t next_sequence_ = 1;
    std::int64_t next_id_ = 1;
};

}  // namespace lambent::runtime
