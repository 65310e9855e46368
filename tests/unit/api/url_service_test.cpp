#include "api/urls/url_service.h"

#include "base/sql/sqlite_driver.h"
#include "tests/support/fixed_body.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/scripted_invoker.h"
#include "tests/support/temp_dir.h"
#include "triggers/http/http_answer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace lambent;
using namespace lambent::api;
using namespace lambent::tests;
using nlohmann::json;
using triggers::FunctionUrl;

namespace {

const std::string kEnd(8, '\0');

// The door of function URLs over addresses of their own; what runs functions is scripted.
struct UrlDesk {
    UrlDesk() {
        driver->migrate(triggers::FunctionUrls::migrations()).value();
        FunctionUrl url;
        url.function = "resize";
        url.auth = FunctionUrl::Auth::kNone;
        address = run_flow(loop, urls.create(std::move(url))).value();
        invoker.answer->outcome.payload = "\"hi\"";
    }
    void change(FunctionUrl::Mode mode, FunctionUrl::Auth auth = FunctionUrl::Auth::kNone) {
        address.mode = mode;
        address.auth = auth;
        address = run_flow(loop, urls.replace(address)).value();
    }
    std::string host() const { return address.id + ".lambda-url.us-east-1.localhost:4566"; }
    http::RequestHead head(const std::string& method, const std::string& path) const {
        http::RequestHead head;
        head.method = method;
        head.path = path;
        head.peer = "127.0.0.1:5000";
        head.headers.add("Host", host());
        return head;
    }
    http::Response ask(http::RequestHead head, std::string body = "") {
        Request request;
        request.head = std::move(head);
        request.request_id = "id-1";
        request.principal.access_key = "AKIA1";
        request.principal.name = "root";
        request.principal.is_stranger = is_stranger;
        FixedBody reader(std::move(body));
        return run_flow(loop, service.serve(std::move(request), reader));
    }
    // The bytes of a streamed answer, and "!" when it was cut short.
    std::string streamed(http::Response& response) {
        auto& source = *std::get<http::StreamBody>(response.body).source;
        std::string all;
        for (;;) {
            const Result<std::string> piece = run_flow(loop, source.read_some());
            if (piece.has_error() || piece->empty()) {
                return all + (piece.has_error() ? "!" : "");
            }
            all += *piece;
        }
    }

    TempDir directory;
    boost::asio::io_context loop;
    ManualClock clock;
    ScriptedInvoker invoker;
    std::unique_ptr<sql::SqliteDriver> driver =
        sql::SqliteDriver::open(directory.file("db"), sql::SqliteConfig()).value();
    triggers::FunctionUrls urls{*driver, clock};
    scheduler::StreamedInvocations streams{loop.get_executor(), invoker, Logger::silent()};
    urls::UrlService service{
        urls::UrlConfig(), urls::UrlPorts{urls, invoker, streams, clock}, Logger::silent()};
    FunctionUrl address;
    bool is_stranger = false;
};

std::string text_of(const http::Response& response) {
    return std::get<std::string>(response.body);
}

}  // namespace

TEST_CASE("UrlService finds addresses by host and by path", "[api][UrlService]") {
    UrlDesk desk;
    CHECK(text_of(desk.ask(desk.head("GET", "/a/b"))) == "hi");
    CHECK(desk.invoker.asked.at(0).function == "resize");
    CHECK(json::parse(desk.invoker.asked.at(0).payload).at("rawPath") == "/a/b");
    http::RequestHead by_path = desk.head("GET", "/_url/resize");
    by_path.headers.set("Host", "127.0.0.1:4566");
    const http::Response response = desk.ask(by_path);
    CHECK(text_of(response) == "hi");
    CHECK(response.headers.count("Content-Security-Policy") == 1);
    CHECK(json::parse(desk.invoker.asked.at(1).payload).at("rawPath") == "/");
    http::RequestHead upper = desk.head("GET", "/");
    std::string name = desk.host();
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    upper.headers.set("Host", name);
    CHECK(desk.ask(upper).status == 200);
    for (const std::string& other :
         {std::string(32, '0') + ".lambda-url.us-east-1.localhost:4566",
          desk.address.id + ".lambda-url.eu-west-1.localhost:4566",
          std::string("localhost:4566")}) {
        http::RequestHead elsewhere = desk.head("GET", "/");
        elsewhere.headers.set("Host", other);
        CHECK(desk.ask(elsewhere).status == 404);
    }
}

TEST_CASE("UrlService wants a signature as its owner does", "[api][UrlService]") {
    UrlDesk desk;
    CHECK_FALSE(desk.service.wants_signature(desk.head("GET", "/")));
    desk.change(FunctionUrl::Mode::kBuffered, FunctionUrl::Auth::kIam);
    CHECK(desk.service.wants_signature(desk.head("GET", "/")));
    http::RequestHead preflight = desk.head("OPTIONS", "/");
    preflight.headers.add("Origin", "https://a.example");
    preflight.headers.add("Access-Control-Request-Method", "GET");
    CHECK(desk.service.wants_signature(preflight));  // it has no rules that could answer it
    desk.address.cors.emplace();
    desk.change(FunctionUrl::Mode::kBuffered, FunctionUrl::Auth::kIam);
    CHECK_FALSE(desk.service.wants_signature(preflight));
    CHECK(desk.ask(preflight).status == 204);
    CHECK(desk.invoker.asked.empty());
}

TEST_CASE("UrlService lets no stranger in who came before it was closed", "[api][UrlService]") {
    UrlDesk desk;
    desk.is_stranger = true;
    CHECK(desk.ask(desk.head("GET", "/")).status == 200);
    desk.change(FunctionUrl::Mode::kBuffered, FunctionUrl::Auth::kIam);
    CHECK(desk.ask(desk.head("GET", "/")).status == 403);
    CHECK(desk.invoker.asked.size() == 1);
}

TEST_CASE("UrlService passes no signature and no connection's fields on", "[api][UrlService]") {
    UrlDesk desk;
    desk.change(FunctionUrl::Mode::kBuffered, FunctionUrl::Auth::kIam);
    http::RequestHead head = desk.head("GET", "/");
    head.headers.add("Authorization", "AWS4-HMAC-SHA256 …");
    head.headers.add("Connection", "x-secret");
    head.headers.add("Transfer-Encoding", "chunked");
    head.headers.add("X-Forwarded-For", "10.0.0.1");
    head.headers.add("X-Forwarded-Proto", "https");
    desk.ask(head);
    const json headers = json::parse(desk.invoker.asked.at(0).payload).at("headers");
    CHECK_FALSE(headers.contains("authorization"));
    CHECK_FALSE(headers.contains("connection"));
    CHECK_FALSE(headers.contains("transfer-encoding"));
    CHECK(headers.at("x-forwarded-for") == "10.0.0.1, 127.0.0.1");
    CHECK(headers.at("x-forwarded-proto") == "http");
    CHECK(headers.at("x-forwarded-port") == "4566");
}

TEST_CASE("UrlService words failures as AWS does", "[api][UrlService]") {
    UrlDesk desk;
    const auto [mode, error, status] = GENERATE(table<FunctionUrl::Mode, Error, unsigned>({
        {FunctionUrl::Mode::kBuffered, Error(Code::kThrottled, "x", ""), 429},
        {FunctionUrl::Mode::kStreamed, Error(Code::kThrottled, "x", ""), 429},
        {FunctionUrl::Mode::kBuffered, Error(Code::kNotFound, ""), 404},
        {FunctionUrl::Mode::kStreamed, Error(Code::kUnavailable, ""), 503},
        {FunctionUrl::Mode::kBuffered, Error(Code::kInternal, "secret"), 500},
    }));
    desk.change(mode);
    desk.invoker.answer = error;
    const http::Response refused = desk.ask(desk.head("GET", "/"));
    CHECK(refused.status == status);
    CHECK(text_of(refused).find("secret") == std::string::npos);
    desk.invoker.answer = scheduler::InvocationResult();
    desk.invoker.answer->outcome.kind = runtime::OutcomeKind::kFunctionError;
    const http::Response failed = desk.ask(desk.head("GET", "/"));
    CHECK(failed.status == 502);
    CHECK(text_of(failed) == R"({"message":"Internal Server Error"})");
}

TEST_CASE("UrlService refuses bodies that no event can hold", "[api][UrlService]") {
    UrlDesk desk;
    CHECK(desk.ask(desk.head("POST", "/"), std::string(6'291'457, 'x')).status == 413);
    CHECK(desk.ask(desk.head("POST", "/"), std::string(5'000'000, 'x')).status == 413);  // base64
    CHECK(desk.invoker.asked.empty());
    CHECK(desk.ask(desk.head("POST", "/"), std::string(4'000'000, 'x')).status == 200);
}

TEST_CASE("UrlService streams behind a prelude", "[api][UrlService]") {
    UrlDesk desk;
    desk.change(FunctionUrl::Mode::kStreamed);
    desk.invoker.content_type = triggers::kPreludeType;
    desk.invoker.parts = {
        R"({"statusCode":206,"headers":{"x-a":"1"},"coo)",
        R"(kies":["c=1"]})" + kEnd + "one",
        "two"};
    http::Response response = desk.ask(desk.head("GET", "/"));
    CHECK(response.status == 206);
    CHECK(response.headers.find("x-a") == "1");
    CHECK(response.headers.find("set-cookie") == "c=1");
    CHECK(desk.streamed(response) == "onetwo");
}

TEST_CASE("UrlService streams what has no prelude as it is", "[api][UrlService]") {
    UrlDesk desk;
    desk.change(FunctionUrl::Mode::kStreamed);
    desk.invoker.content_type = "text/event-stream";
    desk.invoker.parts = {"data: 1\n\n"};
    http::Response response = desk.ask(desk.head("GET", "/"));
    CHECK(response.status == 200);
    CHECK(response.headers.find("content-type") == "text/event-stream");
    CHECK(desk.streamed(response) == "data: 1\n\n");
}

TEST_CASE("UrlService cuts a stream whose function fails", "[api][UrlService]") {
    UrlDesk desk;
    desk.change(FunctionUrl::Mode::kStreamed);
    desk.invoker.parts = {"part"};
    desk.invoker.answer->outcome.kind = runtime::OutcomeKind::kTimeout;
    http::Response response = desk.ask(desk.head("GET", "/"));
    CHECK(response.status == 200);
    CHECK(desk.streamed(response) == "part!");
}

TEST_CASE("UrlService answers 502 for a prelude that is none", "[api][UrlService]") {
    UrlDesk desk;
    desk.change(FunctionUrl::Mode::kStreamed);
    desk.invoker.content_type = triggers::kPreludeType;
    const auto part = GENERATE(
        as<std::string>{}, "no end", std::string("not json") + kEnd, R"({"statusCode":1})" + kEnd
    );
    desk.invoker.parts = {part};
    CHECK(desk.ask(desk.head("GET", "/")).status == 502);
}
