// The frames of one environment over a real socket pair, with the test as guest and as platform.
#include "runtime/environment/cell_channel.h"
#include "tests/support/kept_response.h"
#include "tests/support/run_flow.h"
#include "tests/unit/runtime/frame_guest.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>

using namespace lambent;
using namespace lambent::runtime;
using namespace lambent::tests;
using namespace std::chrono_literals;

namespace {

struct Event {
    FrameType type = FrameType::kNext;
    std::uint64_t number = 0;
    std::string text;
    std::string payload;
};

class FrameTalk {
  public:
    FrameTalk() {
        std::array<int, 2> pair{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
        guest_ = UniqueFd(pair[1]);
        daemons_end_ = pair[0];
        ::fcntl(pair[1], F_SETFL, O_NONBLOCK);
        api.emplace(loop.get_executor(), Logger::silent());
        api->serve_frames(UniqueFd(pair[0]));
        api->on_broken([this] { ++broken; });
        scope_.spawn("init", initialised());
    }
    ~FrameTalk() {
        run_flow(loop, api->close());
        run_flow(loop, scope_.cancel_and_join());
    }
    FrameTalk(const FrameTalk&) = delete;
    FrameTalk& operator=(const FrameTalk&) = delete;

    // As the launcher does.
    void tell(const std::string& message) {
        REQUIRE(
            ::send(daemons_end_, message.data(), message.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(message.size())
        );
    }
    // Sends and reads until nothing moves any more.
    void guest_says(std::string bytes) {
        for (;;) {
            const ssize_t sent = ::send(guest_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            bytes.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
            settle();
            if (bytes.empty() || broken > 0) {
                return;
            }
        }
    }
    void settle() {
        loop.restart();
        while (loop.poll() > 0) {
        }
    }
    std::string heard() {
        std::array<char, 65'536> piece{};
        for (;;) {
            const ssize_t got = ::recv(guest_.get(), piece.data(), piece.size(), 0);
            if (got <= 0) {
                return received_;
            }
            received_.append(piece.data(), static_cast<std::size_t>(got));
            settle();
        }
    }
    std::optional<Event> event() {
        const std::string all = heard();
        if (all.size() < kFrameHeadBytes) {
            return std::nullopt;
        }
        std::uint32_t text = 0;
        std::uint32_t payload = 0;
        Event event;
        std::memcpy(&text, all.data(), sizeof text);
        std::memcpy(&payload, all.data() + 4, sizeof payload);
        event.type = static_cast<FrameType>(all[8]);
        std::memcpy(&event.number, all.data() + 16, sizeof event.number);
        event.text = all.substr(kFrameHeadBytes, text);
        event.payload = all.substr(kFrameHeadBytes + text, payload);
        received_.erase(0, kFrameHeadBytes + text + payload);
        return event;
    }
    void hang_up() { guest_.reset(); }
    void rehearse(std::vector<std::string> events) {
        scope_.spawn("rehearse", rehearse_flow(std::move(events)));
        settle();
    }

    void offer(const std::string& id, const std::string& payload = "{}") {
        ChannelEvent event;
        event.request_id = id;
        event.payload = payload;
        event.function_arn = "arn:f";
        event.trace_id = "Root=1\r\n";
        event.deadline = from_unix_ms(1'700'000'000'123);
        event.sink = sink;
        scope_.spawn("exchange", exchange(std::move(event)));
        settle();
    }
    // A guest that has the event number 1, "id-1".
    void begin() {
        guest_says(frame(FrameType::kOpened) + next_frame());
        offer("id-1");
        REQUIRE(event().has_value());
    }

    boost::asio::io_context loop;
    std::optional<CellChannel> api;
    std::optional<GuestInit> init;
    std::optional<GuestAnswer> answer;
    std::optional<bool> rehearsed;
    std::shared_ptr<KeptResponse> sink;  // of the next event
    int broken = 0;

  private:
    Task<> rehearse_flow(std::vector<std::string> events) {
        rehearsed = co_await api->frames().rehearse(std::move(events));
    }
    Task<> exchange(ChannelEvent event) { answer = co_await api->exchange(std::move(event)); }
    Task<> initialised() { init = co_await api->initialised(); }

    TaskScope scope_{loop.get_executor(), Logger::silent()};
    UniqueFd guest_;
    int daemons_end_ = -1;  // belongs to the channel
    std::string received_;
};

}  // namespace

TEST_CASE("Frames carry an event and its answer", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.guest_says(frame(FrameType::kOpened));
    CHECK_FALSE(talk.init.has_value());
    talk.guest_says(next_frame());
    REQUIRE(talk.init.has_value());
    CHECK(talk.init->signal == InitSignal::kReady);
    CHECK(talk.init->opened != SteadyTime());
    CHECK(talk.init->opened <= talk.init->ended);
    talk.offer("id-1", "{\"k\":1}");
    const auto event = talk.event();
    REQUIRE(event.has_value());
    CHECK(event->type == FrameType::kEvent);
    CHECK(event->number == 1);
    CHECK(event->text == std::string("id-1\0arn:f\0Root=1  \0\0", 21));
    CHECK(event->payload == "{\"k\":1}");
    talk.guest_says(response_frame(1, "[2]") + next_frame());
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->kind == AnswerKind::kResponse);
    CHECK(talk.answer->payload == "[2]");
    CHECK(talk.answer->delivered <= talk.answer->first_byte);
    CHECK(talk.answer->first_byte <= talk.answer->last_byte);
    talk.offer("id-2");
    CHECK(talk.event()->number == 2);
    CHECK(talk.broken == 0);
}

TEST_CASE("Frames keep an event until the guest asks", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.begin();
    talk.guest_says(response_frame(1, "1"));
    REQUIRE(talk.answer.has_value());
    talk.offer("id-2");
    CHECK_FALSE(talk.event().has_value());
    talk.guest_says(next_frame());
    CHECK(talk.event()->number == 2);
}

TEST_CASE("Frames tell how long the handler took, if the guest says so", "[runtime][FrameWire]") {
    const auto [said, heard] = GENERATE(table<std::chrono::microseconds, std::chrono::microseconds>(
        {{0us, 0us}, {1500us, 1500us}, {24h, 1h}}  // nobody believes a day
    ));
    FrameTalk talk;
    talk.begin();
    talk.guest_says(frame(FrameType::kResponse, 1, "[2]", "", 0, said));
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->in_handler == heard);
}

TEST_CASE("Frames carry errors with their type", "[runtime][FrameWire]") {
    FrameTalk talk;
    const auto [claimed, taken] = GENERATE(table<std::string, std::string>(
        {{"Function.Bad", "Function.Bad"},
         {"ValueError", "Function.Unknown"},
         {"", "Function.Unknown"}}
    ));
    talk.begin();
    talk.guest_says(frame(FrameType::kError, 1, "{\"e\":1}", claimed));
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->kind == AnswerKind::kError);
    CHECK(talk.answer->payload == "{\"e\":1}");
    CHECK(talk.answer->error_type == taken);
}

TEST_CASE("Frames tell of an init that failed", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.guest_says(
        frame(FrameType::kOpened) +
        frame(FrameType::kInitError, 0, "{\"m\":1}", "Runtime.ImportModuleError")
    );
    REQUIRE(talk.init.has_value());
    CHECK(talk.init->signal == InitSignal::kError);
    CHECK(talk.init->error_type == "Runtime.ImportModuleError");
    CHECK(talk.init->payload == "{\"m\":1}");
    talk.guest_says(next_frame());
    CHECK(talk.broken == 0);  // it has ended already
}

TEST_CASE("Frames join a response in parts", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.begin();
    talk.guest_says(frame(FrameType::kResponse, 1, "[1", "", kMore));
    talk.guest_says(frame(FrameType::kResponse, 1, ",2", "", kMore));
    CHECK_FALSE(talk.answer.has_value());
    SECTION("to its end") {
        talk.guest_says(response_frame(1, "]"));
        REQUIRE(talk.answer.has_value());
        CHECK(talk.answer->payload == "[1,2]");
    }
    SECTION("or to an error in the middle") {
        talk.guest_says(frame(FrameType::kError, 1, "{}", "Function.Late"));
        REQUIRE(talk.answer.has_value());
        CHECK(talk.answer->kind == AnswerKind::kError);
        CHECK(talk.answer->error_type == "Function.Late");
    }
}

TEST_CASE("Frames forget answers to unknown and old events", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.begin();
    talk.guest_says(response_frame(7, "1"));
    CHECK_FALSE(talk.answer.has_value());
    talk.guest_says(response_frame(1, "\"first\"") + response_frame(1, "\"second\""));
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->payload == "\"first\"");
    talk.guest_says(next_frame());
    talk.answer.reset();
    talk.offer("id-2");
    talk.guest_says(response_frame(1, "late"));
    CHECK_FALSE(talk.answer.has_value());
    talk.guest_says(response_frame(2, "2"));
    CHECK(talk.answer->payload == "2");
    CHECK(talk.broken == 0);
}

TEST_CASE("Frames end an answer that is too large", "[runtime][FrameWire]") {
    constexpr std::size_t kLimit = 6 * 1024 * 1024 + 100;
    FrameTalk talk;
    talk.begin();
    SECTION("not one of exactly the limit") {
        talk.guest_says(response_frame(1, std::string(kLimit, 'x')));
        REQUIRE(talk.answer.has_value());
        CHECK(talk.answer->kind == AnswerKind::kResponse);
        CHECK(talk.answer->payload.size() == kLimit);
    }
    SECTION("but one of a byte more, and go on") {
        talk.guest_says(response_frame(1, std::string(kLimit + 1, 'x')) + next_frame());
        REQUIRE(talk.answer.has_value());
        CHECK(talk.answer->kind == AnswerKind::kTooLarge);
        talk.offer("id-2");
        CHECK(talk.event()->number == 2);
    }
    SECTION("also in parts") {
        const std::string part(1024 * 1024, 'x');
        for (int i = 0; i < 8; ++i) {
            talk.guest_says(frame(FrameType::kResponse, 1, part, "", kMore));
        }
        talk.guest_says(response_frame(1, "") + next_frame());
        REQUIRE(talk.answer.has_value());
        CHECK(talk.answer->kind == AnswerKind::kTooLarge);
    }
    CHECK(talk.broken == 0);
}

TEST_CASE("Frames carry an event that the socket takes only in parts", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.guest_says(next_frame());
    const std::string payload(6 * 1024 * 1024, 'y');
    talk.offer("id-1", payload);
    const auto event = talk.event();
    REQUIRE(event.has_value());
    CHECK(event->payload == payload);
    talk.guest_says(response_frame(1, "1"));
    CHECK(talk.answer.has_value());
}

TEST_CASE("Frames report a guest that breaks the rules, once", "[runtime][FrameWire]") {
    FrameTalk talk;
    SECTION("with bytes that are no frame") {
        talk.guest_says("GET / HTTP/1.1\r\nHost: somebody or other\r\n\r\n");
    }
    SECTION("with another event in the middle of a response") {
        talk.begin();
        talk.guest_says(frame(FrameType::kResponse, 1, "1", "", kMore) + response_frame(2, "2"));
    }
    SECTION("with a wish for an event before it has answered") {
        talk.begin();
        talk.guest_says(next_frame());
    }
    SECTION("with an init error after init") {
        talk.begin();
        talk.guest_says(frame(FrameType::kInitError, 0, "{}", "Runtime.X"));
    }
    CHECK(talk.broken == 1);
    talk.guest_says(next_frame());
    CHECK(talk.broken == 1);
}

TEST_CASE("Frames end an exchange whose guest is cut", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.begin();
    const auto why = GENERATE(
        EnvironmentFsm::Event::kDeadline,
        EnvironmentFsm::Event::kExit,
        EnvironmentFsm::Event::kClose
    );
    talk.api->end(why);
    talk.settle();
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->kind == AnswerKind::kNone);
    talk.guest_says(response_frame(1, "late") + next_frame());
    CHECK_FALSE(talk.event().has_value());
    CHECK(talk.broken == 0);
}

TEST_CASE("Frames wait for the cell's end when the guest hangs up", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.begin();
    talk.hang_up();
    talk.settle();
    CHECK_FALSE(talk.answer.has_value());
    CHECK(talk.broken == 0);
    talk.api->end(EnvironmentFsm::Event::kExit);
    talk.settle();
    CHECK(talk.answer->kind == AnswerKind::kNone);
}

TEST_CASE("Frames rehearse with a stem and make it a function", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.rehearse({"[1]", "[2]"});
    talk.guest_says(frame(FrameType::kOpened) + next_frame());
    CHECK(talk.event()->payload == "[1]");
    talk.guest_says(response_frame(1, "1") + next_frame());
    CHECK(talk.event()->payload == "[2]");
    talk.guest_says(frame(FrameType::kError, 2, "{}", "Function.Rehearsed"));
    CHECK_FALSE(talk.rehearsed.has_value());
    talk.guest_says(next_frame());
    CHECK(talk.rehearsed == true);
    CHECK_FALSE(talk.init.has_value());
    talk.tell(talk.api->frames().configuration({"A=1", "B=two words"}));
    const auto told = talk.event();
    REQUIRE(told.has_value());
    CHECK(told->type == FrameType::kConfigure);
    CHECK(told->payload == std::string("A=1\0B=two words\0", 16));
    talk.guest_says(next_frame());
    REQUIRE(talk.init.has_value());
    CHECK(talk.init->signal == InitSignal::kReady);
    talk.offer("id-1");
    CHECK(talk.event()->number == 3);
    talk.guest_says(response_frame(2, "late") + response_frame(3, "3") + next_frame());
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->payload == "3");
    CHECK(talk.broken == 0);
}

TEST_CASE("Frames tell an empty cell's stem its program", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.rehearse({});
    talk.guest_says(frame(FrameType::kOpened) + next_frame());
    REQUIRE(talk.rehearsed == true);
    talk.tell(talk.api->frames().configuration({"A=1"}, {"/bin/program", "an argument"}));
    const auto told = talk.event();
    REQUIRE(told.has_value());
    CHECK(told->type == FrameType::kConfigure);
    CHECK(told->text == std::string("/bin/program\0an argument\0", 25));
    CHECK(told->payload == std::string("A=1\0", 4));
    // Its runtime opens anew: what the stem has said before does not count as that.
    talk.guest_says(frame(FrameType::kOpened));
    talk.guest_says(next_frame());
    REQUIRE(talk.init.has_value());
    CHECK(talk.init->opened < talk.init->ended);
}

TEST_CASE("Frames report a stem that asks before it is a function", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.rehearse({});
    talk.guest_says(next_frame() + next_frame());
    CHECK(talk.broken == 1);
}

TEST_CASE(
    "Frames report also to one who asks late that rules were broken", "[runtime][FrameWire]"
) {
    FrameTalk talk;
    talk.guest_says(std::string(64, '\xFF'));
    CHECK(talk.broken == 1);
    bool told = false;
    talk.api->on_broken([&] { told = true; });
    CHECK(told);
}

TEST_CASE("Frames say that a stem which has gone will never rehearse", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.rehearse({"1"});
    talk.hang_up();
    talk.settle();
    CHECK(talk.rehearsed == false);
}

TEST_CASE(
    "Frames pass the parts of a streamed answer on while it goes on", "[runtime][FrameWire]"
) {
    FrameTalk talk;
    talk.sink = std::make_shared<KeptResponse>();
    talk.begin();
    talk.guest_says(frame(FrameType::kResponse, 1, "one", "text/plain", kMore));
    CHECK(talk.sink->content_type == "text/plain");
    CHECK(talk.sink->bytes == "one");
    CHECK_FALSE(talk.answer.has_value());
    talk.guest_says(frame(FrameType::kResponse, 1, "two", "", kMore));
    CHECK(talk.sink->bytes == "onetwo");
    talk.guest_says(response_frame(1, "") + next_frame());
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->kind == AnswerKind::kResponse);
    CHECK(talk.answer->payload.empty());
    CHECK(talk.sink->begun == 1);
    talk.sink = nullptr;
    talk.offer("id-2");
    CHECK(talk.event()->number == 2);
}

TEST_CASE("Frames end a stream with an error behind its parts", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.sink = std::make_shared<KeptResponse>();
    talk.begin();
    talk.guest_says(frame(FrameType::kResponse, 1, "one", "", kMore));
    talk.guest_says(frame(FrameType::kError, 1, "{\"e\":1}", "Function.Bad"));
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->kind == AnswerKind::kError);
    CHECK(talk.answer->payload == "{\"e\":1}");
    CHECK(talk.sink->bytes == "one");
}

TEST_CASE("Frames give an answer that comes whole to a stream's reader", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.sink = std::make_shared<KeptResponse>();
    talk.begin();
    talk.guest_says(response_frame(1, "[1]"));
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->payload.empty());
    CHECK(talk.sink->content_type == "application/json");
    CHECK(talk.sink->bytes == "[1]");
}

TEST_CASE("Frames wait while a stream's reader is slow", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.sink = std::make_shared<KeptResponse>();
    talk.begin();
    talk.sink->full = true;
    talk.guest_says(
        frame(FrameType::kResponse, 1, "one", "", kMore) +
        frame(FrameType::kResponse, 1, "two", "", kMore) + response_frame(1, "")
    );
    CHECK(talk.sink->waits == 1);
    CHECK(talk.sink->bytes == "onetwo");
    CHECK(talk.answer.has_value());
}

TEST_CASE("Frames end a stream of more than 200 MB", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.sink = std::make_shared<KeptResponse>();
    talk.begin();
    const std::string part(5 * 1024 * 1024, 'x');
    for (int i = 0; i < 40; ++i) {
        talk.guest_says(frame(FrameType::kResponse, 1, part, "", kMore));
    }
    CHECK_FALSE(talk.answer.has_value());
    talk.guest_says(frame(FrameType::kResponse, 1, "x", "", kMore));
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->kind == AnswerKind::kStreamTooLarge);
    CHECK(talk.sink->bytes.size() == 200U << 20);
    talk.guest_says(frame(FrameType::kResponse, 1, "x", "", kMore) + next_frame());
    talk.sink = nullptr;
    talk.offer("id-2");
    CHECK(talk.event()->number == 2);
    CHECK(talk.broken == 0);
}

TEST_CASE("Frames keep the parts of a stream that nobody reads", "[runtime][FrameWire]") {
    FrameTalk talk;
    talk.begin();
    talk.guest_says(
        frame(FrameType::kResponse, 1, "on", "text/plain", kMore) + response_frame(1, "e")
    );
    REQUIRE(talk.answer.has_value());
    CHECK(talk.answer->payload == "one");
}
