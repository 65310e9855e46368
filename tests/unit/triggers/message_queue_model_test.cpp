#include "triggers/queue/message_queue.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>

// MessageQueue against a model that keeps one list and looks through all of it every time.
using namespace lambent::triggers;

namespace {

struct ModelMessage {
    std::int64_t number = 0;
    std::int64_t sent = 0;
    std::int64_t visible = 0;
    std::int64_t first = 0;
    std::uint32_t receives = 0;
    std::string group;
};

struct Model {
    QueueRules rules;
    std::vector<ModelMessage> all;  // in order

    bool is_fifo() const { return rules.kind == QueueKind::kFifo; }

    void add(ModelMessage message) {
        if (is_fifo()) {
            message.visible = message.sent + rules.delay_s * 1'000;
        }
        all.push_back(std::move(message));
    }
    void change_delay(std::uint32_t delay_s) {
        const bool differs = delay_s != rules.delay_s;
        rules.delay_s = delay_s;
        for (ModelMessage& message : all) {
            if (is_fifo() && differs && message.receives == 0) {
                message.visible = message.sent + delay_s * 1'000;
            }
        }
    }
    ModelMessage* find(std::int64_t number) {
        for (ModelMessage& message : all) {
            if (message.number == number) {
                return &message;
            }
        }
        return nullptr;
    }
    void erase(std::int64_t number) {
        std::erase_if(all, [&](const ModelMessage& message) { return message.number == number; });
    }
    bool in_flight(const ModelMessage& message, std::int64_t now) const {
        return message.receives > 0 && message.visible > now;
    }
    // What may be delivered now, in order; the whole of one group before the next.
    std::vector<std::int64_t> candidates(std::int64_t now) const {
        std::vector<std::int64_t> numbers;
        std::set<std::string> done;
        for (const ModelMessage& first : all) {
            if (!is_fifo()) {
                if (first.visible <= now) {
                    numbers.push_back(first.number);
                }
                continue;
            }
            if (!done.insert(first.group).second || blocked(first.group, now)) {
                continue;
            }
            for (const ModelMessage& message : all) {
                if (message.group == first.group) {
                    if (message.visible > now) {
                        break;
                    }
                    numbers.push_back(message.number);
                }
            }
        }
        return numbers;
    }
    bool blocked(const std::string& group, std::int64_t now) const {
        return std::any_of(all.begin(), all.end(), [&](const ModelMessage& message) {
            return message.group == group && in_flight(message, now);
        });
    }
    struct Taken {
        std::vector<std::int64_t> delivered;
        std::vector<std::int64_t> given_up;
    };
    Taken take(const MessageQueue::Take& take, std::int64_t now) {
        Taken taken;
        for (const std::int64_t number : candidates(now)) {
            if (taken.delivered.size() == take.count_max) {
                break;
            }
            ModelMessage& message = *find(number);
            if (take.receives_max > 0 && message.receives >= take.receives_max) {
                taken.given_up.push_back(number);
                erase(number);
                continue;
            }
            message.receives += 1;
            message.first = message.first == 0 ? now : message.first;
            message.visible = now + take.visibility_s * 1'000;
            taken.delivered.push_back(number);
        }
        return taken;
    }
};

std::vector<std::int64_t> numbers_of(const std::vector<QueuedMessage>& messages) {
    std::vector<std::int64_t> numbers;
    for (const QueuedMessage& message : messages) {
        numbers.push_back(message.number);
    }
    return numbers;
}

// One random life of a queue; `difference` says where the two parted.
class Life {
  public:
    explicit Life(std::uint64_t seed)
        : random_(seed),
          model_{{pick(2) == 0 ? QueueKind::kStandard : QueueKind::kFifo, pick(3), 60}, {}},
          queue_(model_.rules) {}

    std::string live(int steps) {
        for (int i = 0; i < steps && difference_.empty(); ++i) {
            step();
            compare_state();
        }
        return difference_;
    }

  private:
    std::uint32_t pick(std::uint32_t below) {
        return static_cast<std::uint32_t>(random_() % below);
    }

    void step() {
        switch (pick(12)) {
            case 0:
            case 1:
            case 2:
                return send();
            case 3:
            case 4:
            case 5:
                return take();
            case 6:
                return remove();
            case 7:
                return change_visibility();
            case 8:
            case 9:
                now_ += pick(4'000);
                return;
            case 10:
                return rare();
            default:
                return expire();
        }
    }

    void send() {
        ModelMessage message;
        message.number = ++last_;
        message.sent = now_;
        message.visible = now_ + (pick(3) == 0 ? pick(4) * 1'000 : 0);
        message.group = model_.is_fifo() ? std::string(1, static_cast<char>('a' + pick(3))) : "";
        QueuedMessage queued;
        queued.number = message.number;
        queued.sent_ms = message.sent;
        queued.visible_ms = message.visible;
        queued.group_id = message.group;
        queue_.add(std::move(queued), now_);
        model_.add(std::move(message));
    }

    void take() {
        const MessageQueue::Take how{1 + pick(10), pick(6), 2 * pick(2)};
        const auto expected = model_.take(how, now_);
        const auto got = queue_.take(how, now_);
        same("delivered", numbers_of(got.delivered) == expected.delivered);
        same("given up", numbers_of(got.given_up) == expected.given_up);
        for (const QueuedMessage& message : got.delivered) {
            const ModelMessage* const model = model_.find(message.number);
            same(
                "a delivery",
                model != nullptr && message.receives == model->receives &&
                    message.visible_ms == model->visible &&
                    message.first_received_ms == model->first
            );
            deliveries_.emplace_back(message.number, message.receives);
        }
    }

    std::pair<std::int64_t, std::uint32_t> some_delivery() {
        if (deliveries_.empty() || pick(10) == 0) {
            return {1 + pick(static_cast<std::uint32_t>(last_ + 1)), pick(3)};
        }
        return deliveries_[pick(static_cast<std::uint32_t>(deliveries_.size()))];
    }

    void remove() {
        const auto [number, delivery] = some_delivery();
        const ModelMessage* const model = model_.find(number);
        auto expected = MessageQueue::Removal::kNotThis;
        if (model != nullptr && model->receives == delivery) {
            const bool over = model_.is_fifo() && !model_.in_flight(*model, now_);
            expected = over ? MessageQueue::Removal::kExpired : MessageQueue::Removal::kRemoved;
        }
        if (expected == MessageQueue::Removal::kRemoved) {
            model_.erase(number);
        }
        same("removal", queue_.remove(number, delivery, now_).removal == expected);
    }

    void change_visibility() {
        const auto [number, delivery] = some_delivery();
        const std::uint32_t seconds = pick(4);
        ModelMessage* const model = model_.find(number);
        auto expected = MessageQueue::VisibilityChange::kNotThis;
        if (model != nullptr && model->receives == delivery) {
            const bool flies = model_.in_flight(*model, now_);
            expected = flies ? MessageQueue::VisibilityChange::kChanged
                             : MessageQueue::VisibilityChange::kNotInFlight;
            model->visible = flies ? now_ + seconds * 1'000 : model->visible;
        }
        const auto got = queue_.change_visibility(number, delivery, seconds, now_);
        same("change of visibility", got.change == expected);
    }

    void expire() {
        std::vector<std::int64_t> expected;
        for (const ModelMessage& message : model_.all) {
            if (message.sent + 60'000 <= now_) {
                expected.push_back(message.number);
            }
        }
        for (const std::int64_t number : expected) {
            model_.erase(number);
        }
        same("expired", numbers_of(queue_.expire(now_)) == expected);
    }

    void rare() {
        const std::uint32_t what = pick(8);
        if (what == 0) {
            same("cleared", queue_.clear().size() == model_.all.size());
            model_.all.clear();
        } else if (what < 4) {
            const std::uint32_t delay_s = pick(4);
            model_.change_delay(delay_s);
            queue_.change_rules({model_.rules.kind, delay_s, 60}, now_);
        } else {
            take_away();
        }
    }

    void take_away() {
        const std::size_t count = pick(3);
        std::vector<std::int64_t> expected;
        while (expected.size() < count) {
            const auto next = model_.candidates(now_);
            if (next.empty()) {
                break;
            }
            expected.push_back(next.front());
            model_.erase(next.front());
        }
        same("taken away", numbers_of(queue_.take_away(count, now_)) == expected);
    }

    void compare_state() {
        QueueCounts expected;
        std::optional<std::int64_t> next;
        for (const ModelMessage& message : model_.all) {
            if (message.visible <= now_) {
                expected.visible += 1;
                continue;
            }
            (message.receives > 0 ? expected.in_flight : expected.delayed) += 1;
            next = next ? std::min(*next, message.visible) : message.visible;
        }
        const QueueCounts got = queue_.counts(now_);
        same(
            "counts",
            got.visible == expected.visible && got.in_flight == expected.in_flight &&
                got.delayed == expected.delayed
        );
        same("next", queue_.next_visible_ms() == next);
        same("whether there is one", queue_.has_visible(now_) == !model_.candidates(now_).empty());
    }

    void same(const char* what, bool is_same) {
        if (!is_same && difference_.empty()) {
            std::ostringstream text;
            text << what << " at " << now_ << " with " << model_.all.size() << " messages";
            difference_ = text.str();
        }
    }

    std::mt19937_64 random_;
    Model model_;
    MessageQueue queue_;
    std::int64_t now_ = 1'000'000;
    std::int64_t last_ = 0;
    std::vector<std::pair<std::int64_t, std::uint32_t>> deliveries_;
    std::string difference_;
};

std::uint64_t sequences() {
    const char* const wanted = std::getenv("LAMBENT_SEQUENCES");
    return wanted == nullptr ? 2'000 : std::strtoull(wanted, nullptr, 10);
}

}  // namespace

TEST_CASE("MessageQueue does what a simple model does", "[triggers][MessageQueue][model]") {
    for (std::uint64_t seed = 1; seed <= sequences(); ++seed) {
        const std::string difference = Life(seed).live(80);
        INFO("seed " << seed << ": " << difference);
        REQUIRE(difference.empty());
    }
}
