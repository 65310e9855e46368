#include "triggers/sources/poller.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

// What a poller receives; poller_batches.cpp has what becomes of it.
namespace lambent::triggers {
namespace {

// A receive that waits returns so often, so that a mapping can be halted without losing what the
// receive has taken in the meantime.
constexpr std::uint32_t kReceiveWaitSeconds = 1;
constexpr std::size_t kReceiveMax = kBatchMax;  // messages
constexpr std::size_t kReceivesAtOnce = 5;      // while the queue gives something

BatchCollector::Limits collector_limits(const MappingSettings& settings) {
    BatchCollector::Limits limits;
    limits.size_max = settings.batch_size;
    limits.window = settings.window;
    return limits;
}

// The patterns were checked when they were set.
MessageFilter filter_of(const MappingSettings& settings) {
    auto filter = MessageFilter::parse(settings.filters);
    LAMBENT_ASSERT(filter.has_value());
    return std::move(*filter);
}

BatchItem item_of(const ReceivedMessage& message, std::string record) {
    BatchItem item;
    item.id = message.id;
    item.receipt_handle = message.receipt_handle;
    item.group_id = message.group_id;
    item.trace_header = message.trace_header;
    item.record = std::move(record);
    return item;
}

}  // namespace

Poller::Poller(
    const boost::asio::any_io_executor& executor,
    PollerPorts ports,
    MappingSettings settings,
    Logger log
)
    : ports_(std::move(ports)),
      settings_(std::move(settings)),
      filter_(filter_of(settings_)),
      log_(std::move(log)),
      collector_(collector_limits(settings_)),
      wake_(executor),
      polling_(executor, log_) {
    scaling_.cap(settings_.concurrency_max);
}

void Poller::start() {
    polling_.spawn("source_poller", run());
}

void Poller::change(MappingSettings settings) {
    settings_ = std::move(settings);
    filter_ = filter_of(settings_);
    collector_.change(collector_limits(settings_));
    scaling_.cap(settings_.concurrency_max);
    tick();
}

void Poller::ask_to_halt() {
    halted_ = true;
    tick();
}

Task<> Poller::halt() {
    ask_to_halt();
    co_await polling_.join();
    co_await let_go(untouched());
}

void Poller::tick() {
    has_news_ = true;
    wake_.cancel();
}

Task<> Poller::run() {
    while (!halted_) {
        has_news_ = false;
        begin_batches();
        begin_receives();
        if (!has_news_) {  // what was begun may have ended already
            co_await sleep();
        }
    }
}

Task<> Poller::sleep() {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(time_to_sleep());
    wake_.expires_after(wait);
    boost::system::error_code woken;
    co_await wake_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
}

// Looks up now and then anyhow: the function or the queue may be new, the limit may have grown.
std::chrono::nanoseconds Poller::time_to_sleep() const {
    constexpr std::chrono::milliseconds kWhileSaturated(200);
    constexpr std::chrono::milliseconds kOtherwise(1'000);
    constexpr std::chrono::milliseconds kAtLeast(1);
    if (is_saturated()) {
        return kWhileSaturated;
    }
    SteadyTime next = now() + kOtherwise;
    const bool may_begin = in_flight_ < scaling_.limit();  // else the end of a batch wakes
    if (const auto due = collector_.due(); due && may_begin) {
        next = std::min(next, *due);
    }
    for (const Delayed& delayed : delayed_) {
        next = may_begin ? std::min(next, delayed.due) : next;
    }
    next = std::max(next, std::min(scaling_.resume_at(), now() + kOtherwise));
    return std::max<std::chrono::nanoseconds>(next - now(), kAtLeast);
}

// --- Receiving

std::optional<MappingEnds> Poller::ends() const {
    const auto source = ports_.source.find(settings_.source_arn);
    const auto function = ports_.find_function(settings_.function);
    if (!source || function == nullptr) {
        return std::nullopt;
    }
    MappingEnds ends;
    ends.is_fifo = source->is_fifo;
    ends.visibility = source->visibility;
    ends.timeout = std::chrono::seconds(function->timeout_s);
    return ends;
}

// How many messages more there is a use for.
std::size_t Poller::room(const SourceFacts& source) const {
    const std::size_t taken = in_flight_ + delayed_.size() + ready_.size();
    const std::size_t limit = scaling_.limit();
    if (taken >= limit || collector_.has_complete(now())) {
        return 0;
    }
    const std::size_t free = limit - taken;
    if (source.is_fifo) {
        return free > receiving_ ? settings_.batch_size : 0;
    }
    const std::size_t pending = collector_.collecting() + asked_for_;
    const std::size_t usable = free * settings_.batch_size;
    return usable > pending ? usable - pending : 0;
}

void Poller::begin_receives() {
    const auto source = ports_.source.find(settings_.source_arn);
    const auto between = ends();
    if (!source || !between || now() < scaling_.resume_at()) {
        return;
    }
    const std::size_t at_once = queue_active_ ? kReceivesAtOnce : 1;
    while (receiving_ < at_once) {
        ReceiveOptions options;
        options.count_max = std::min(room(*source), kReceiveMax);
        if (options.count_max == 0) {
            return;
        }
        options.wait_s = kReceiveWaitSeconds;
        options.visibility_s =
            static_cast<std::uint32_t>(visibility_of(settings_.window, *between).count());
        Running receiving(receiving_);
        Running asked(asked_for_, options.count_max);
        polling_.spawn(
            "source_receive",
            receive(std::move(options), source->is_fifo, std::move(receiving), std::move(asked))
        );
    }
}

Task<> Poller::receive(ReceiveOptions options, bool is_fifo, Running receiving, Running asked) {
    {
        const Running under_way = std::move(receiving);
        const Running expected = std::move(asked);
        std::string arn = settings_.source_arn;
        auto received = co_await ports_.source.receive(std::move(arn), std::move(options));
        if (received.has_error()) {
            log_.warn("source_receive_failed", {{"reason", received.error().message()}});
            scaling_.throttled(now());
        } else {
            co_await take_in(std::move(*received), is_fifo);
        }
    }
    tick();
}

Task<> Poller::take_in(std::vector<ReceivedMessage> messages, bool is_fifo) {
    queue_active_ = !messages.empty();
    if (messages.empty()) {
        scaling_.queue_empty();
        co_return;
    }
    Sorted sorted = sort(messages);
    std::vector<BatchItem> surplus;
    if (is_fifo) {
        surplus = keep_together(std::move(sorted.wanted), now());
    } else {
        for (BatchItem& item : sorted.wanted) {
            collector_.add(std::move(item), now());
        }
        collector_.receive_ended();
    }
    tick();
    co_await remove(std::move(sorted.unwanted));
    co_await let_go(std::move(surplus));
}

Poller::Sorted Poller::sort(const std::vector<ReceivedMessage>& messages) const {
    Sorted sorted;
    for (const ReceivedMessage& message : messages) {
        std::string record = ports_.writer.record(message, settings_.source_arn);
        if (filter_.passes(record)) {
            sorted.wanted.push_back(item_of(message, std::move(record)));
        } else {
            sorted.unwanted.push_back(message.receipt_handle);
        }
    }
    return sorted;
}

// One batch of what a FIFO queue gave at once, so that no two batches of one group run beside each
// other; returns what is too much for one.
std::vector<BatchItem> Poller::keep_together(std::vector<BatchItem> items, SteadyTime now) {
    BatchCollector collector(collector_limits(settings_));
    for (BatchItem& item : items) {
        collector.add(std::move(item), now);
    }
    collector.receive_ended();
    if (auto batch = collector.take(now)) {
        ready_.push_back(std::move(*batch));
    }
    return collector.clear();
}

// --- Giving back

Task<> Poller::remove(std::vector<std::string> handles) {
    if (handles.empty()) {
        co_return;
    }
    std::string arn = settings_.source_arn;
    const Result<void> removed = co_await ports_.source.remove(std::move(arn), std::move(handles));
    if (removed.has_error()) {
        log_.error("source_delete_failed", {{"reason", removed.error().message()}});
    }
}

Task<> Poller::let_go(std::vector<BatchItem> items) {
    if (items.empty()) {
        co_return;
    }
    std::vector<std::string> handles;
    for (BatchItem& item : items) {
        handles.push_back(std::move(item.receipt_handle));
    }
    std::string arn = settings_.source_arn;
    const Result<void> done = co_await ports_.source.let_go(std::move(arn), std::move(handles));
    if (done.has_error()) {
        log_.warn("source_let_go_failed", {{"reason", done.error().message()}});
    }
}

// What was received and no function has seen.
std::vector<BatchItem> Poller::untouched() {
    std::vector<BatchItem> items = collector_.clear();
    const auto add = [&items](Batch& batch) {
        std::move(batch.items.begin(), batch.items.end(), std::back_inserter(items));
    };
    for (Batch& batch : ready_) {
        add(batch);
    }
    for (Delayed& delayed : delayed_) {
        add(delayed.batch);
    }
    ready_.clear();
    delayed_.clear();
    return items;
}

}  // namespace lambent::triggers
