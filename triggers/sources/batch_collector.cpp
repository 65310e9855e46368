#include "triggers/sources/batch_collector.h"

#include <utility>

namespace lambent::triggers {
namespace {

constexpr std::uint64_t kAroundRecords = 16;  // {"Records":[…]}

}  // namespace

void BatchCollector::add(BatchItem item, SteadyTime now) {
    const std::uint64_t bytes = item.record.size() + 1;  // and a comma
    if (!open_.items.empty() && kAroundRecords + open_bytes_ + bytes > limits_.bytes_max) {
        complete();
    }
    if (open_.items.empty()) {
        open_.received = now;
    }
    open_bytes_ += bytes;
    open_.items.push_back(std::move(item));
    if (open_.items.size() >= limits_.size_max) {
        complete();
    }
}

void BatchCollector::change(Limits limits) {
    limits_ = limits;
    if (!open_.items.empty()) {
        complete();
    }
}

void BatchCollector::receive_ended() {
    if (limits_.window.count() == 0 && !open_.items.empty()) {
        complete();
    }
}

void BatchCollector::complete() {
    complete_.push_back(std::exchange(open_, Batch()));
    open_bytes_ = 0;
}

bool BatchCollector::has_complete(SteadyTime now) const {
    const auto ends = due();
    return !complete_.empty() || (ends && *ends <= now);
}

std::optional<Batch> BatchCollector::take(SteadyTime now) {
    if (complete_.empty()) {
        if (!has_complete(now)) {
            return std::nullopt;
        }
        complete();
    }
    Batch batch = std::move(complete_.front());
    complete_.pop_front();
    return batch;
}

std::optional<SteadyTime> BatchCollector::due() const {
    return open_.items.empty() ? std::nullopt
                               : std::optional<SteadyTime>(open_.received + limits_.window);
}

std::vector<BatchItem> BatchCollector::clear() {
    if (!open_.items.empty()) {
        complete();
    }
    std::vector<BatchItem> items;
    for (Batch& batch : complete_) {
        std::move(batch.items.begin(), batch.items.end(), std::back_inserter(items));
    }
    complete_.clear();
    return items;
}

}  // namespace lambent::triggers
