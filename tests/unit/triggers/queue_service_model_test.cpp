#include "tests/unit/triggers/queue_model.h"
#include "tests/unit/triggers/queue_room.h"
#include "triggers/queue/queue_service.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <random>
#include <sstream>

// QueueService with its disk, over restarts, against the model of one list a queue: what is sent is
// delivered as often and in the order that the rules say, and nothing else is.
using namespace lambent;
using namespace lambent::triggers;
using lambent::tests::ModelMessage;
using lambent::tests::QueueModel;
using lambent::tests::QueueRoom;

namespace {

constexpr std::int64_t kRememberedMs = 300'000;

struct Delivery {
    std::string queue;
    std::int64_t number = 0;
    std::uint32_t receive_count = 0;
    std::string handle;
};

// A standard queue with a dead letter queue, and a FIFO queue with one.
class ServiceLife {
  public:
    explicit ServiceLife(std::uint64_t seed) : random_(seed), room_(pick(2) == 0 ? 0 : 1 << 20) {
        for (const char* suffix : {"", ".fifo"}) {
            const std::string end = suffix;
            const QueueKind kind = end.empty() ? QueueKind::kStandard : QueueKind::kFifo;
            QueueSettings settings;
            const std::string dead = room_.create("dead" + end).arn;
            settings.redrive = RedrivePolicy{dead, 2};
            room_.create("jobs" + end, settings);
            models_["dead" + end] = {{kind, 0, 0}, {}};
            models_["jobs" + end] = {{kind, 0, 0}, {}};
        }
    }

    std::string live(int steps) {
        for (int i = 0; i < steps && difference_.empty(); ++i) {
            step();
            compare_counts();
        }
        return difference_;
    }

  private:
    std::uint32_t pick(std::uint32_t below) {
        return static_cast<std::uint32_t>(random_() % below);
    }
    std::int64_t now() const { return unix_ms(room_.clock.wall_now()); }
    std::string some_queue() {
        auto at = models_.begin();
        std::advance(at, pick(static_cast<std::uint32_t>(models_.size())));
        return at->first;
    }

    void step() {
        switch (pick(12)) {
            case 0:
            case 1:
            case 2:
            case 3:
                return send();
            case 4:
            case 5:
            case 6:
                return receive();
            case 7:
                return remove();
            case 8:
                return change_visibility();
            case 9:
            case 10:
                return room_.clock.advance(std::chrono::milliseconds(pick(3) * 1'000));
            default:
                return pick(3) == 0 ? room_.restart() : room_.pass(std::chrono::seconds(pick(200)));
        }
    }

    void send() {
        const std::string queue = some_queue();
        QueueModel& model = models_[queue];
        NewMessage message;
        ModelMessage expected;
        expected.number = ++last_;
        expected.sent = expected.visible = now();
        message.body = std::to_string(last_) + (pick(4) == 0 ? std::string(2'000, ' ') : "");
        std::string known;
        if (model.is_fifo()) {
            expected.group = message.group_id = std::string(1, static_cast<char>('a' + pick(2)));
            message.deduplication_id = std::to_string(pick(2) == 0 ? 1'000 + last_ : pick(5));
            known = queue + " " + message.deduplication_id;
        }
        const auto sent = room_.run(room_.queues->send(queue, message));
        same("a send", sent.has_value());
        if (!known.empty()) {
            const auto original = originals_.find(known);
            if (original != originals_.end() && now() < original->second.first + kRememberedMs) {
                return same("the original's id", sent->id == original->second.second);
            }
            originals_[known] = {now(), sent->id};
        }
        model.add(std::move(expected));
    }

    void receive() {
        const std::string queue = some_queue();
        QueueModel& model = models_[queue];
        ReceiveOptions options;
        options.count_max = 1 + pick(4);
        options.visibility_s = pick(5);
        const bool redrives = queue.starts_with("jobs");
        const MessageQueue::Take how{options.count_max, *options.visibility_s, redrives ? 2U : 0U};
        auto expected = model.take(how, now());
        for (ModelMessage& buried : expected.removed) {
            bury(queue, std::move(buried));
        }
        const auto got = room_.run(room_.queues->receive(queue, options));
        std::vector<std::int64_t> numbers;
        for (const ReceivedMessage& message : got.value()) {
            const std::int64_t number = std::stoll(message.body);
            const ModelMessage* const found = model.find(number);
            numbers.push_back(number);
            same(
                "a delivery",
                found != nullptr && message.receive_count == found->receives + found->earlier &&
                    message.sent_ms == found->sent && message.group_id == found->group
            );
            deliveries_.push_back({queue, number, message.receive_count, message.receipt_handle});
        }
        same("what is delivered", numbers == expected.delivered);
    }

    void bury(const std::string& from, ModelMessage message) {
        QueueModel& dead = models_["dead" + from.substr(4)];
        message.earlier += std::exchange(message.receives, 0);
        message.visible = now();
        if (dead.is_fifo()) {
            message.sent = now();
        }
        dead.all.push_back(std::move(message));
    }

    // The message that this delivery still speaks for, if there is one.
    ModelMessage* subject_of(const Delivery& delivery) {
        ModelMessage* const found = models_[delivery.queue].find(delivery.number);
        const bool is_last =
            found != nullptr && found->receives + found->earlier == delivery.receive_count;
        return is_last ? found : nullptr;
    }

    void remove() {
        if (deliveries_.empty()) {
            return;
        }
        const Delivery delivery = deliveries_[pick(static_cast<std::uint32_t>(deliveries_.size()))];
        QueueModel& model = models_[delivery.queue];
        const ModelMessage* const subject = subject_of(delivery);
        const bool is_over =
            subject != nullptr && model.is_fifo() && !model.in_flight(*subject, now());
        const auto removed =
            room_.run(room_.queues->remove_message(delivery.queue, delivery.handle));
        same("a removal", removed.has_error() == is_over);
        if (subject != nullptr && !is_over) {
            model.erase(delivery.number);
        }
    }

    void change_visibility() {
        if (deliveries_.empty()) {
            return;
        }
        const Delivery delivery = deliveries_[pick(static_cast<std::uint32_t>(deliveries_.size()))];
        const std::uint32_t seconds = pick(5);
        ModelMessage* const subject = subject_of(delivery);
        const bool flies = subject != nullptr && models_[delivery.queue].in_flight(*subject, now());
        const auto changed =
            room_.run(room_.queues->change_visibility(delivery.queue, {delivery.handle, seconds}));
        same("a change of visibility", changed.has_value() == flies);
        if (flies) {
            subject->visible = now() + seconds * 1'000;
        }
    }

    void compare_counts() {
        for (const auto& [queue, model] : models_) {
            const auto counts = room_.queues->counts(queue);
            std::size_t in_flight = 0;
            for (const ModelMessage& message : model.all) {
                in_flight += model.in_flight(message, now()) ? 1 : 0;
            }
            same(
                "counts",
                counts->in_flight == in_flight && counts->visible == model.all.size() - in_flight
            );
        }
    }

    void same(const char* what, bool is_same) {
        if (!is_same && difference_.empty()) {
            std::ostringstream text;
            text << what << " at " << now() << " after " << last_ << " messages";
            difference_ = text.str();
        }
    }

    std::mt19937_64 random_;
    QueueRoom room_;
    std::map<std::string, QueueModel> models_;
    std::map<std::string, std::pair<std::int64_t, std::string>> originals_;  // by queue and id
    std::vector<Delivery> deliveries_;
    std::int64_t last_ = 0;
    std::string difference_;
};

std::uint64_t service_sequences() {
    constexpr std::uint64_t kUsually = 60;
    constexpr std::uint64_t kShare = 20;  // of those of the rules alone, which need no disk
    const char* const wanted = std::getenv("LAMBENT_SEQUENCES");
    return wanted == nullptr ? kUsually : std::strtoull(wanted, nullptr, 10) / kShare;
}

}  // namespace

TEST_CASE("QueueService does what a simple model does", "[triggers][QueueService][model]") {
    for (std::uint64_t seed = 1; seed <= service_sequences(); ++seed) {
        const std::string difference = ServiceLife(seed).live(60);
        INFO("seed " << seed << ": " << difference);
        REQUIRE(difference.empty());
    }
}
