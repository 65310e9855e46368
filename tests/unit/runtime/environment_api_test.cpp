// The Runtime API over real loopback connections, with the test as guest and as platform.
#include "runtime/environment/cell_channel.h"
#include "tests/support/kept_response.h"
#include "tests/support/loopback_http.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <optional>

using namespace lambent;
using namespace lambent::runtime;
using namespace lambent::tests;
using namespace std::chrono_literals;

namespace {

struct Reply {
    int status = 0;
    std::string head;
    std::string body;

    std::string error_type() const { return nlohmann::json::parse(body).at("errorType"); }
    std::string field(const std::string& name) const {
        const std::size_t at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) {
            return "(none)";
        }
        const std::size_t start = at + name.size() + 4;
        return head.substr(start, head.find("\r\n", start) - start);
    }
};

std::string get(const std::string& path) {
    return "GET /2018-06-01/runtime/" + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string post(
    const std::string& path, const std::string& body, const std::string& more_fields = ""
) {
    return "POST /2018-06-01/runtime/" + path + " HTTP/1.1\r\nHost: x\r\n" + more_fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string kNext = get("invocation/next");

// A Runtime API with a guest's connections and the platform's calls. Platform calls run in the
// background until `answer` collects them.
class Talk {
  public:
    Talk() {
        UniqueFd listener = http::listen_tcp("127.0.0.1", 0).value();
        port_ = http::bound_port(listener).value();
        api.emplace(loop.get_executor(), Logger::silent());
        api->serve_http(std::move(listener));
    }
    ~Talk() {
        run_flow(loop, api->close());
        run_flow(loop, scope_.cancel_and_join());
    }
    Talk(const Talk&) = delete;
    Talk& operator=(const Talk&) = delete;

    RawClient connect() {
        RawClient client(loop.get_executor());
        run_flow(loop, client.connect(port_));
        return client;
    }
    void send(RawClient& client, const std::string& bytes) { run_flow(loop, client.send(bytes)); }
    Reply receive(RawClient& client) { return run_flow(loop, receive_flow(client)); }
    Reply ask(RawClient& client, const std::string& bytes) {
        send(client, bytes);
        return receive(client);
    }
    // Lets everything that can go on go on, also when another program holds this one up.
    void settle() {
        for (int quiet = 0; quiet < 3;) {
            loop.restart();
            const std::size_t done = loop.poll() + loop.run_one_for(10ms);
            quiet = done > 0 ? 0 : quiet + 1;
        }
    }

    void offer(const std::string& id, const std::string& payload = "{}") {
        ChannelEvent event;
        event.request_id = id;
        event.payload = payload;
        event.function_arn = "arn:f";
        event.deadline = from_unix_ms(1'700'000'000'123);
        event.sink = sink;
        scope_.spawn("exchange", exchange(std::move(event)));
    }
    void await_init() { scope_.spawn("init", initialised()); }
    GuestAnswer answer() {
        run_flow(loop, until_answered());
        return std::move(*std::exchange(answer_, std::nullopt));
    }
    bool is_answered() const { return answer_.has_value(); }
    const std::optional<GuestInit>& init() const { return init_; }

    // A connection whose guest has the event "id-1".
    RawClient busy_guest() {
        RawClient guest = connect();
        send(guest, kNext);
        settle();
        offer("id-1");
        REQUIRE(receive(guest).status == 200);
        return guest;
    }

    boost::asio::io_context loop;
    std::optional<CellChannel> api;
    std::shared_ptr<KeptResponse> sink;  // of the next event

  private:
    Task<> exchange(ChannelEvent event) {
        answer_ = co_await api->exchange(std::move(event));
        answered_.cancel();
    }
    Task<> initialised() { init_ = co_await api->initialised(); }
    Task<> until_answered() {
        while (!answer_) {
            boost::system::error_code woken;
            co_await answered_.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, woken)
            );
        }
    }
    static Task<Reply> receive_flow(RawClient& client) {
        std::string end_of_head = "\r\n\r\n";
        Reply reply;
        reply.head = co_await client.read_until(std::move(end_of_head));
        if (reply.head.size() < 13) {
            co_return reply;  // the connection has ended
        }
        reply.status = std::stoi(reply.head.substr(9, 3));
        const std::size_t length = std::stoul(reply.field("Content-Length"));
        reply.body = co_await client.read_exactly(length);
        co_return reply;
    }

    std::uint16_t port_ = 0;
    TaskScope scope_{loop.get_executor(), Logger::silent()};
    std::optional<GuestAnswer> answer_;
    std::optional<GuestInit> init_;
    boost::asio::steady_timer answered_{loop, boost::asio::steady_timer::time_point::max()};
};

}  // namespace

TEST_CASE("RuntimeApi hands an event to the guest that waits", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.connect();
    talk.send(guest, kNext);
    talk.settle();
    talk.offer("id-1", "{\"k\":1}");
    const Reply event = talk.receive(guest);
    CHECK(event.status == 200);
    CHECK(event.body == "{\"k\":1}");
    CHECK(event.field("Lambda-Runtime-Aws-Request-Id") == "id-1");
    CHECK(event.field("Lambda-Runtime-Deadline-Ms") == "1700000000123");
    CHECK(event.field("Lambda-Runtime-Invoked-Function-Arn") == "arn:f");
    CHECK(event.field("Content-Type") == "application/json");
    CHECK(event.field("Lambda-Runtime-Trace-Id") == "(none)");
    const Reply taken = talk.ask(guest, post("invocation/id-1/response", "[2]"));
    CHECK(taken.status == 202);
    CHECK(taken.body == "{\"status\":\"OK\"}\n");
    const GuestAnswer answer = talk.answer();
    CHECK(answer.kind == AnswerKind::kResponse);
    CHECK(answer.payload == "[2]");
    CHECK(answer.delivered <= answer.first_byte);
    CHECK(answer.first_byte <= answer.last_byte);
}

TEST_CASE("RuntimeApi keeps an event until the guest asks again", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    CHECK(talk.ask(guest, post("invocation/id-1/response", "1")).status == 202);
    talk.answer();
    talk.offer("id-2");
    talk.settle();
    CHECK(talk.ask(guest, kNext).field("Lambda-Runtime-Aws-Request-Id") == "id-2");
}

TEST_CASE("RuntimeApi takes an answer and the next request in one go", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    talk.send(guest, post("invocation/id-1/response", "1") + kNext);
    CHECK(talk.receive(guest).status == 202);
    CHECK(talk.answer().payload == "1");
    talk.offer("id-2");
    CHECK(talk.receive(guest).field("Lambda-Runtime-Aws-Request-Id") == "id-2");
}

TEST_CASE("RuntimeApi delivers one event to one of two requests", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient first = talk.connect();
    RawClient second = talk.connect();
    talk.send(first, kNext);
    talk.settle();
    talk.send(second, kNext);
    const Reply superseded = talk.receive(first);
    CHECK(superseded.status == 403);
    CHECK(superseded.error_type() == "InvalidStateTransition");
    talk.offer("id-1");
    CHECK(talk.receive(second).status == 200);
    const Reply third = talk.ask(first, kNext);
    CHECK(third.status == 403);
    CHECK(talk.ask(second, post("invocation/id-1/response", "1")).status == 202);
    CHECK(talk.answer().payload == "1");
}

TEST_CASE("RuntimeApi refuses answers to unknown and old requests", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.connect();
    CHECK(talk.ask(guest, post("invocation/any/response", "1")).status == 400);
    RawClient other = talk.busy_guest();
    const Reply unknown = talk.ask(other, post("invocation/id-2/response", "1"));
    CHECK(unknown.status == 400);
    CHECK(unknown.error_type() == "InvalidRequestID");
    CHECK_FALSE(talk.is_answered());
    CHECK(talk.ask(other, post("invocation/id-1/response", "1")).status == 202);
    talk.answer();
    talk.offer("id-2");
    CHECK(talk.ask(other, kNext).status == 200);
    CHECK(talk.ask(other, post("invocation/id-1/response", "late")).status == 400);
    CHECK_FALSE(talk.is_answered());
}

TEST_CASE("RuntimeApi lets the first of two answers win", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    const std::string path = GENERATE("invocation/id-1/response", "invocation/id-1/error");
    CHECK(talk.ask(guest, post("invocation/id-1/response", "\"first\"")).status == 202);
    const Reply second = talk.ask(guest, post(path, "\"second\""));
    CHECK(second.status == 403);
    CHECK(second.error_type() == "InvalidStateTransition");
    const GuestAnswer answer = talk.answer();
    CHECK(answer.kind == AnswerKind::kResponse);
    CHECK(answer.payload == "\"first\"");
}

TEST_CASE("RuntimeApi refuses a second answer while the first arrives", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient slow = talk.busy_guest();
    const std::string whole = post("invocation/id-1/response", "\"slow\"");
    talk.send(slow, whole.substr(0, whole.size() - 3));
    talk.settle();
    RawClient quick = talk.connect();
    CHECK(talk.ask(quick, post("invocation/id-1/response", "\"quick\"")).status == 403);
    CHECK(talk.ask(slow, whole.substr(whole.size() - 3)).status == 202);
    CHECK(talk.answer().payload == "\"slow\"");
}

TEST_CASE(
    "RuntimeApi takes another answer when the first was broken off", "[runtime][RuntimeApi]"
) {
    Talk talk;
    RawClient guest = talk.busy_guest();
    SECTION("by the end of its connection") {
        const std::string whole = post("invocation/id-1/response", "\"never whole\"");
        talk.send(guest, whole.substr(0, whole.size() - 3));
        talk.settle();
        guest.close();
    }
    SECTION("by a chunk that is none") {
        const Reply broken = talk.ask(
            guest,
            "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\n"
            "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"
        );
        CHECK(broken.status == 400);
    }
    talk.settle();
    CHECK_FALSE(talk.is_answered());
    RawClient again = talk.connect();
    CHECK(talk.ask(again, post("invocation/id-1/response", "\"whole\"")).status == 202);
    CHECK(talk.answer().payload == "\"whole\"");
}

TEST_CASE("RuntimeApi joins an answer in chunks", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    const Reply taken = talk.ask(
        guest,
        "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\n"
        "Lambda-Runtime-Function-Response-Mode: streaming\r\n"
        "Transfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n3\r\n,2]\r\n0\r\n\r\n"
    );
    CHECK(taken.status == 202);
    CHECK(talk.answer().payload == "[1,2]");
}

TEST_CASE("RuntimeApi refuses a response mode that it does not know", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    const Reply refused = talk.ask(
        guest,
        post("invocation/id-1/response", "1", "Lambda-Runtime-Function-Response-Mode: fast\r\n")
    );
    CHECK(refused.status == 400);
    CHECK(refused.error_type() == "Runtime.InvalidResponseModeHeader");
    CHECK(talk.ask(guest, post("invocation/id-1/response", "1")).status == 202);
}

TEST_CASE("RuntimeApi ends an answer that is too large", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    const std::size_t limit = 6 * 1024 * 1024 + 100;
    SECTION("not one of exactly the limit") {
        CHECK(
            talk.ask(guest, post("invocation/id-1/response", std::string(limit, 'x'))).status == 202
        );
        const GuestAnswer answer = talk.answer();
        CHECK(answer.kind == AnswerKind::kResponse);
        CHECK(answer.payload.size() == limit);
    }
    SECTION("but one of a byte more, and goes on") {
        const Reply refused =
            talk.ask(guest, post("invocation/id-1/response", std::string(limit + 1, 'x')));
        CHECK(refused.status == 413);
        CHECK(refused.error_type() == "RequestEntityTooLarge");
        CHECK(talk.answer().kind == AnswerKind::kTooLarge);
        talk.send(guest, kNext);
        talk.settle();
        talk.offer("id-2");
        CHECK(talk.receive(guest).status == 200);
    }
    SECTION("also when it does not say how long it is") {
        talk.send(
            guest,
            "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        );
        const std::string chunk = "100000\r\n" + std::string(0x100000, 'x') + "\r\n";
        for (int i = 0; i < 8; ++i) {
            talk.send(guest, chunk);
        }
        CHECK(talk.answer().kind == AnswerKind::kTooLarge);
    }
}

TEST_CASE("RuntimeApi passes on a function's error", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    const auto [claimed, believed] = GENERATE(table<std::string, std::string>(
        {{"Runtime.MarshalError", "Runtime.MarshalError"},
         {"ValueError", "Function.Unknown"},
         {"", "Function.Unknown"}}
    ));
    const std::string field = "Lambda-Runtime-Function-Error-Type: " + claimed + "\r\n";
    CHECK(
        talk.ask(guest, post("invocation/id-1/error", "{\"errorMessage\":\"m\"}", field)).status ==
        202
    );
    const GuestAnswer answer = talk.answer();
    CHECK(answer.kind == AnswerKind::kError);
    CHECK(answer.payload == "{\"errorMessage\":\"m\"}");
    CHECK(answer.error_type == believed);
}

TEST_CASE("RuntimeApi tells of init", "[runtime][RuntimeApi]") {
    Talk talk;
    talk.await_init();
    SECTION("that the guest is ready when it first asks for an event") {
        RawClient guest = talk.connect();
        talk.settle();
        CHECK_FALSE(talk.init().has_value());
        talk.send(guest, kNext);
        talk.settle();
        REQUIRE(talk.init().has_value());
        CHECK(talk.init()->signal == InitSignal::kReady);
        CHECK(talk.init()->opened < talk.init()->ended);
        CHECK(talk.init()->opened != SteadyTime());
    }
    SECTION("that it failed, and why") {
        RawClient guest = talk.connect();
        const Reply taken = talk.ask(
            guest,
            post(
                "init/error",
                "{\"errorMessage\":\"m\"}",
                "Lambda-Runtime-Function-Error-Type: Runtime.ImportModuleError\r\n"
            )
        );
        CHECK(taken.status == 202);
        talk.settle();
        REQUIRE(talk.init().has_value());
        CHECK(talk.init()->signal == InitSignal::kError);
        CHECK(talk.init()->error_type == "Runtime.ImportModuleError");
        CHECK(talk.init()->payload == "{\"errorMessage\":\"m\"}");
        CHECK(talk.ask(guest, post("init/error", "{}")).status == 403);
        CHECK(talk.ask(guest, kNext).status == 403);
    }
    SECTION("nothing, when the environment ends first") {
        talk.api->end(EnvironmentFsm::Event::kExit);
        talk.settle();
        REQUIRE(talk.init().has_value());
        CHECK(talk.init()->signal == InitSignal::kNone);
        CHECK(talk.init()->opened == SteadyTime());
    }
}

TEST_CASE("RuntimeApi refuses init errors after init", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    CHECK(talk.ask(guest, post("init/error", "{}")).status == 403);
    CHECK(talk.ask(guest, post("invocation/id-1/response", "1")).status == 202);
}

TEST_CASE("RuntimeApi ends an exchange whose guest is cut", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    const auto why = GENERATE(
        EnvironmentFsm::Event::kDeadline,
        EnvironmentFsm::Event::kExit,
        EnvironmentFsm::Event::kClose
    );
    talk.api->end(why);
    CHECK(talk.answer().kind == AnswerKind::kNone);
    CHECK(talk.ask(guest, post("invocation/id-1/response", "\"late\"")).status == 403);
    CHECK(talk.ask(guest, kNext).status == 403);
    talk.offer("id-2");
    CHECK(talk.answer().kind == AnswerKind::kNone);
}

TEST_CASE("RuntimeApi has no other paths and methods", "[runtime][RuntimeApi]") {
    Talk talk;
    RawClient guest = talk.busy_guest();
    for (const char* path :
         {"invocation/",
          "invocation/id-1",
          "invocation//response",
          "invocation/a/b/response",
          "restore/next",
          "invocation/id-1/response/",
          "init/error/",
          ""}) {
        INFO(path);
        CHECK(talk.ask(guest, get(path)).status == 404);
    }
    CHECK(talk.ask(guest, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 404);
    CHECK(talk.ask(guest, get("invocation/id-1/response")).status == 405);
    CHECK(talk.ask(guest, post("invocation/next", "")).status == 405);
    CHECK(talk.ask(guest, get("init/error")).status == 405);
    CHECK(talk.ask(guest, post("invocation/id-1/response", "1")).status == 202);
}

TEST_CASE(
    "RuntimeApi answers malformed HTTP with 400 and goes on with others", "[runtime][RuntimeApi]"
) {
    Talk talk;
    RawClient guest = talk.busy_guest();
    RawClient wild = talk.connect();
    CHECK(talk.ask(wild, std::string("GET /\0 HTTP/1.1\r\n\r\n", 20)).status == 400);
    CHECK(talk.ask(guest, post("invocation/id-1/response", "1")).status == 202);
    CHECK(talk.answer().payload == "1");
}

namespace {

const std::string kStreamedResponse =
    "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\n"
    "Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Type: text/plain\r\n"
    "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n";

}  // namespace

TEST_CASE("RuntimeApi passes a streamed answer on while it goes on", "[runtime][RuntimeApi]") {
    Talk talk;
    talk.sink = std::make_shared<KeptResponse>();
    RawClient guest = talk.busy_guest();
    talk.send(guest, kStreamedResponse);
    talk.settle();
    CHECK(talk.sink->content_type == "text/plain");
    CHECK(talk.sink->bytes == "one");
    CHECK_FALSE(talk.is_answered());
    CHECK(talk.ask(guest, "3\r\ntwo\r\n0\r\n\r\n").status == 202);
    const GuestAnswer answer = talk.answer();
    CHECK(answer.kind == AnswerKind::kResponse);
    CHECK(answer.payload.empty());
    CHECK(talk.sink->bytes == "onetwo");
}

TEST_CASE("RuntimeApi takes a stream's error from its trailers", "[runtime][RuntimeApi]") {
    Talk talk;
    talk.sink = std::make_shared<KeptResponse>();
    RawClient guest = talk.busy_guest();
    talk.send(guest, kStreamedResponse);
    const Reply reply = talk.ask(
        guest,
        "0\r\nLambda-Runtime-Function-Error-Type: Function.Bad\r\n"
        "Lambda-Runtime-Function-Error-Body: eyJlIjoxfQ==\r\n\r\n"
    );
    CHECK(reply.status == 202);
    const GuestAnswer answer = talk.answer();
    CHECK(answer.kind == AnswerKind::kError);
    CHECK(answer.error_type == "Function.Bad");
    CHECK(answer.payload == "{\"e\":1}");
}

TEST_CASE("RuntimeApi calls a stream that breaks off an error", "[runtime][RuntimeApi]") {
    Talk talk;
    talk.sink = std::make_shared<KeptResponse>();
    RawClient guest = talk.busy_guest();
    talk.send(guest, kStreamedResponse);
    talk.settle();
    guest.close();
    const GuestAnswer answer = talk.answer();
    CHECK(answer.kind == AnswerKind::kError);
    CHECK(answer.error_type == "Runtime.TruncatedResponse");
    CHECK(talk.sink->bytes == "one");
}
