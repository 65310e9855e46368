#pragma once

#include "base/async/one_shot.h"
#include "scheduler/invocation.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "triggers/sources/message_source.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lambent::tests {

// One queue in memory, whose messages become visible again when a test says so.
class FakeSource final : public triggers::MessageSource {
  public:
    explicit FakeSource(boost::asio::io_context& loop) : loop_(loop) {}

    void put(
        std::string id, std::string body = "text", std::string group = "", std::string trace = ""
    ) {
        triggers::ReceivedMessage message;
        message.trace_header = std::move(trace);
        message.id = std::move(id);
        message.body = std::move(body);
        message.group_id = std::move(group);
        messages_.push_back({std::move(message), false});
        arrived_.notify();
    }
    // All visibility timeouts are over.
    void expire() {
        for (Entry& entry : messages_) {
            entry.in_flight = false;
        }
    }
    std::vector<std::string> left() const {
        std::vector<std::string> ids;
        for (const Entry& entry : messages_) {
            ids.push_back(entry.message.id);
        }
        return ids;
    }
    std::size_t in_flight() const {
        return static_cast<std::size_t>(std::count_if(
            messages_.begin(), messages_.end(), [](const Entry& entry) { return entry.in_flight; }
        ));
    }

    std::optional<triggers::SourceFacts> find(const std::string& arn) const override {
        return arn == kArn ? facts : std::nullopt;
    }
    Task<Result<std::vector<triggers::ReceivedMessage>>> receive(
        std::string /*arn*/, triggers::ReceiveOptions options
    ) override {
        ++receives;
        visibility_s = options.visibility_s;
        auto taken = take(options.count_max);
        if (taken.empty()) {
            // Empty receives end soon, so that pollers go round.
            boost::asio::steady_timer wait(loop_, std::chrono::milliseconds(5));
            arrived_.waiting = &wait;
            boost::system::error_code woken;
            co_await wait.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken)
            );
            arrived_.waiting = nullptr;
            taken = take(options.count_max);
        }
        co_return taken;
    }
    Task<Result<void>> remove(std::string /*arn*/, std::vector<std::string> handles) override {
        const std::set<std::string> gone(handles.begin(), handles.end());
        std::erase_if(messages_, [&](const Entry& entry) {
            return entry.in_flight && gone.contains(entry.message.receipt_handle);
        });
        co_return Result<void>();
    }
    Task<Result<void>> let_go(std::string /*arn*/, std::vector<std::string> handles) override {
        for (Entry& entry : messages_) {
            const auto& handle = entry.message.receipt_handle;
            if (std::find(handles.begin(), handles.end(), handle) != handles.end()) {
                entry.in_flight = false;
                let_go_ids.push_back(entry.message.id);
            }
        }
        co_return Result<void>();
    }

    static constexpr char kArn[] = "arn:aws:sqs:us-east-1:000000000000:jobs";
    std::optional<triggers::SourceFacts> facts = triggers::SourceFacts();
    int receives = 0;
    std::optional<std::uint32_t> visibility_s;  // of the last receive
    std::vector<std::string> let_go_ids;

  private:
    struct Entry {
        triggers::ReceivedMessage message;
        bool in_flight = false;
    };
    struct Arrival {
        boost::asio::steady_timer* waiting = nullptr;
        void notify() const {
            if (waiting != nullptr) {
                waiting->cancel();
            }
        }
    };

    // In order; of a group nothing while another receive has some of it.
    std::vector<triggers::ReceivedMessage> take(std::size_t count_max) {
        std::set<std::string> blocked;
        for (const Entry& entry : messages_) {
            if (entry.in_flight && !entry.message.group_id.empty()) {
                blocked.insert(entry.message.group_id);
            }
        }
        std::vector<triggers::ReceivedMessage> taken;
        for (Entry& entry : messages_) {
            if (taken.size() == count_max) {
                break;
            }
            if (!entry.in_flight && !blocked.contains(entry.message.group_id)) {
                entry.in_flight = true;
                entry.message.receive_count += 1;
                entry.message.receipt_handle =
                    entry.message.id + "#" + std::to_string(entry.message.receive_count);
                taken.push_back(entry.message);
            }
        }
        return taken;
    }

    boost::asio::io_context& loop_;
    std::vector<Entry> messages_;
    Arrival arrived_;
};

// A record is {"messageId":…,"body":…}; an event the ids with spaces between.
class PlainBatchWriter final : public triggers::BatchEventWriter {
  public:
    std::string record(const triggers::ReceivedMessage& message, const std::string&)
        const override {
        std::string body;
        for (const char c : message.body) {
            body += c == '"' ? "\\\"" : std::string(1, c);
        }
        return R"({"messageId":")" + message.id + R"(","body":")" + body + R"("})";
    }
    std::string event(const triggers::Batch& batch) const override {
        std::string ids;
        for (const triggers::BatchItem& item : batch.items) {
            ids += (ids.empty() ? "" : " ") + item.id;
        }
        return ids;
    }
};

// An Invoker whose calls end when a test says so, or at once with what it has said before.
class HeldInvoker final : public scheduler::Invoker {
  public:
    using Answer = Result<scheduler::InvocationResult>;

    explicit HeldInvoker(boost::asio::io_context& loop) : loop_(loop) {}

    static Answer success(std::string payload = "null") {
        scheduler::InvocationResult result;
        result.outcome.payload = std::move(payload);
        return result;
    }
    static Answer failure() {
        scheduler::InvocationResult result;
        result.outcome.kind = runtime::OutcomeKind::kFunctionError;
        return result;
    }
    static Answer throttle() { return Error(Code::kThrottled, "busy"); }

    Task<Answer> invoke(scheduler::Invocation invocation) override {
        asked.push_back(invocation.payload);
        functions.push_back(invocation.function);
        traces.push_back(invocation.trace_id);
        if (at_once) {
            co_return at_once(invocation.payload);
        }
        auto call = std::make_shared<OneShot<Answer>>(loop_.get_executor());  // the test's and ours
        waiting.emplace_back(invocation.payload, call);
        ++running;
        most = std::max(most, running);
        Answer answer = co_await call->wait();
        --running;
        co_return answer;
    }
    // Ends the call that was made with this payload.
    void answer(const std::string& payload, Answer with) {
        const auto call = std::find_if(waiting.begin(), waiting.end(), [&](const auto& one) {
            return one.first == payload;
        });
        if (call == waiting.end()) {
            throw std::runtime_error("no call waits with " + payload);
        }
        call->second->set(std::move(with));
        waiting.erase(call);
    }

    std::vector<std::string> asked;  // payloads
    std::vector<std::string> functions;
    std::vector<std::string> traces;
    std::vector<std::pair<std::string, std::shared_ptr<OneShot<Answer>>>> waiting;
    std::function<Answer(const std::string& payload)> at_once;
    std::size_t running = 0;
    std::size_t most = 0;

  private:
    boost::asio::io_context& loop_;
};

// Lets what waits on `loop` go on until `condition` holds.
inline void run_until(boost::asio::io_context& loop, const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + kHangGuard;
    while (!condition()) {
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds(100));
        if (std::chrono::steady_clock::now() > end) {
            throw std::runtime_error("the condition did not come true");
        }
    }
}

// Lets everything happen that can happen without the clock: so many more empty receives.
inline void settle(boost::asio::io_context& loop, const FakeSource& source, int receives = 3) {
    const int until = source.receives + receives;
    run_until(loop, [&] { return source.receives >= until; });
}

}  // namespace lambent::tests
