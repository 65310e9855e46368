#include "runtime/logs/log_buffer.h"

#include "runtime/logs/log_quota.h"

#include <algorithm>

namespace lambent::runtime {
namespace {

// When room must be made, a tenth of the store is, so that it is not made for every batch.
constexpr std::uint64_t kAirShare = 10;

// The line without its newline, cut to `max` bytes before a character of several bytes rather than
// inside it.
std::string_view shortened(std::string_view line, std::size_t max) {
    if (line.ends_with('\n')) {
        line.remove_suffix(1);
    }
    if (line.size() <= max) {
        return line;
    }
    std::size_t end = max;
    while (end > 0 && max - end < 4 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) {
        --end;
    }
    return line.substr(0, end);
}

}  // namespace

// One open stream: its lines since the last flush.
class LogBuffer::Stream final : public LogStream, public std::enable_shared_from_this<Stream> {
  public:
    Stream(std::shared_ptr<LogBuffer> buffer, Key key) : buffer_(std::move(buffer)), key_(key) {}
    ~Stream() override { buffer_->open_.erase(key_); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    const std::string& name() const override { return key_.second; }
    void append(std::string_view line) override {
        line = shortened(line, buffer_->config_.line_bytes_max);
        tail_.add(line);
        buffer_->append(*this, line);
    }
    void begin_tail(std::size_t bytes) override { tail_.begin(bytes); }
    std::string take_tail() override { return tail_.take(); }

  private:
    friend class LogBuffer;
    std::shared_ptr<LogBuffer> buffer_;
    Key key_;
    std::shared_ptr<Group> group_;  // also the buffer's, until it is forgotten
    std::int64_t id_ = 0;
    std::int64_t created_ms_ = 0;
    std::uint64_t dropped_ = 0;  // since the last line that found room
    LogBatch batch_;
    LogTail tail_;
};

LogBuffer::LogBuffer(const Clock& clock, LogStoreConfig config) : clock_(clock), config_(config) {}

std::shared_ptr<LogStream> LogBuffer::open(const std::string& group_name, const std::string& name) {
    const Key key(group_name, name);
    if (std::shared_ptr<Stream> known = open_[key].lock()) {
        return known;
    }
    const auto stream = std::make_shared<Stream>(shared_from_this(), key);
    open_[key] = stream;
    stream->group_ = group(group_name);
    stream->id_ = next_id_++;
    stream->created_ms_ = unix_ms(clock_.wall_now());
    return stream;
}

void LogBuffer::restore(const LogTotals& totals) {
    for (const LogGroupRow& row : totals.groups) {
        const auto known = std::make_shared<Group>();
        known->row = row;
        known->stored = true;
        groups_[row.group.name] = known;
        groups_by_id_[row.id] = known;
    }
    next_id_ = totals.last_id + 1;
    next_sequence_ = totals.last_sequence + 1;
}

const std::shared_ptr<LogBuffer::Group>& LogBuffer::group(const std::string& name) {
    std::shared_ptr<Group>& known = groups_[name];
    if (known == nullptr) {
        known = std::make_shared<Group>();
        known->row.id = next_id_++;
        known->row.group.name = name;
        known->row.group.created_ms = unix_ms(clock_.wall_now());
        groups_by_id_[known->row.id] = known;
        ++new_groups_;
    }
    return known;
}

const LogGroupRow* LogBuffer::find(const std::string& name) const {
    const auto known = groups_.find(name);
    return known == groups_.end() ? nullptr : &known->second->row;
}

void LogBuffer::ensure(const std::string& name) {
    group(name);
}

void LogBuffer::forget(const std::string& name) {
    const auto known = groups_.find(name);
    if (known == groups_.end()) {
        return;
    }
    known->second->removed = true;
    new_groups_ -= known->second->stored ? 0 : 1;
    groups_by_id_.erase(known->second->row.id);
    groups_.erase(known);
}

std::vector<LogGroup> LogBuffer::groups(const std::string& prefix) const {
    std::vector<LogGroup> found;
    for (auto it = groups_.lower_bound(prefix);
         it != groups_.end() && it->first.starts_with(prefix);
         ++it) {
        found.push_back(it->second->row.group);
    }
    return found;
}

// A group may hold as much as it leaves free: one that floods takes half of the memory, the next
// half of what is left then, and there is always room for those that say little.
bool LogBuffer::has_room(const Group& group, std::size_t bytes) const {
    const std::size_t taken = pending_bytes_ + group.pending_bytes + bytes;
    return taken <= config_.pending_bytes_max;
}

void LogBuffer::append(Stream& stream, std::string_view line) {
    if (!has_room(*stream.group_, line.size())) {
        ++dropped_lines_;
        ++stream.dropped_;
        return;
    }
    if (stream.batch_.empty()) {
        dirty_.push_back(stream.shared_from_this());
    }
    const std::int64_t now_ms = unix_ms(clock_.wall_now());
    const std::size_t before = stream.batch_.bytes();
    if (stream.dropped_ > 0) {
        const std::uint64_t dropped = std::exchange(stream.dropped_, 0);
        const std::string notice = "(" + std::to_string(dropped) + " log lines dropped here)";
        stream.batch_.add(now_ms, next_sequence_++, notice);
    }
    stream.batch_.add(now_ms, next_sequence_++, line);
    stream.group_->pending_bytes += stream.batch_.bytes() - before;
    pending_bytes_ += stream.batch_.bytes() - before;
    if (pending_bytes_ >= config_.flush_bytes && !asked_) {
        asked_ = true;
        if (write_soon_) {
            write_soon_();
        }
    }
}

LogBatchRow LogBuffer::take_from(Stream& stream) {
    if (stream.group_->removed) {
        stream.group_ = group(stream.key_.first);
        stream.id_ = next_id_++;
    }
    LogBatchRow row;
    row.group_id = stream.group_->row.id;
    row.stream_id = stream.id_;
    row.stream = stream.key_.second;
    row.stream_created_ms = stream.created_ms_;
    row.batch = std::exchange(stream.batch_, {});
    return row;
}

LogBuffer::Batches LogBuffer::take() {
    Batches batches;
    for (const std::shared_ptr<Stream>& stream : std::exchange(dirty_, {})) {
        stream->group_->pending_bytes = 0;
        batches.rows.push_back(take_from(*stream));
    }
    for (const auto& [name, known] : groups_) {
        if (new_groups_ > 0 && !known->stored) {
            batches.groups.push_back(known->row);
        }
    }
    pending_bytes_ = 0;
    asked_ = false;
    return batches;
}

void LogBuffer::stored(const Batches& written, const std::vector<RemovedBytes>& removed) {
    for (const LogGroupRow& row : written.groups) {
        const auto known = groups_by_id_.find(row.id);
        if (known != groups_by_id_.end()) {
            known->second->stored = true;
            --new_groups_;
        }
    }
    for (const LogBatchRow& row : written.rows) {
        const auto known = groups_by_id_.find(row.group_id);
        if (known != groups_by_id_.end()) {
            known->second->row.group.stored_bytes += row.batch.bytes();
        }
    }
    for (const RemovedBytes& gone : removed) {
        const auto known = groups_by_id_.find(gone.group_id);
        if (known != groups_by_id_.end()) {
            std::uint64_t& bytes = known->second->row.group.stored_bytes;
            bytes -= std::min(bytes, gone.bytes);
        }
    }
}

void LogBuffer::lost(const Batches& dropped) {
    for (const LogBatchRow& row : dropped.rows) {
        dropped_lines_ += row.batch.lines();
    }
}

std::vector<RemovedBytes> LogBuffer::excess(const Batches& coming) const {
    std::map<std::int64_t, std::uint64_t> bytes;
    std::uint64_t total = 0;
    for (const auto& [id, known] : groups_by_id_) {
        bytes[id] += known->row.group.stored_bytes;
        total += known->row.group.stored_bytes;
    }
    for (const LogBatchRow& row : coming.rows) {
        bytes[row.group_id] += row.batch.bytes();
        total += row.batch.bytes();
    }
    const std::uint64_t max = config_.stored_bytes_max;
    if (total <= max) {
        return {};
    }
    std::vector<GroupBytes> groups;
    for (const auto& [id, size] : bytes) {
        groups.push_back({id, size});
    }
    return shares_to_remove(std::move(groups), total - max + max / kAirShare);
}

void LogBuffer::discard() {
    dirty_.clear();
    write_soon_ = nullptr;
}

}  // namespace lambent::runtime
