#include "tests/isolation/echo_caller.h"

#include "api/wire/sigv4.h"
#include "base/clock.h"
#include "base/files/content_hash.h"
#include "base/time_format.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cmath>
#include <exception>

namespace lambent::tests {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

constexpr std::string_view kService = "lambda";
constexpr std::uint64_t kBodyBytesMax = 8 << 20;
constexpr unsigned kThrottled = 429;
constexpr std::chrono::milliseconds kBeforeRetry(20);

Task<> pause(std::chrono::microseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

// Mostly small, now and then large: as many short ones as long ones on a logarithmic scale.
std::size_t random_size(std::mt19937_64& random) {
    const double largest = random() % 500 == 0 ? 18.0 : 12.0;
    const double bits = std::uniform_real_distribution<double>(0.0, largest)(random);
    return static_cast<std::size_t>(std::exp2(bits));
}

std::string random_fill(std::mt19937_64& random) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    static_assert(kLetters.size() == 64);
    std::string fill(random_size(random), ' ');
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < fill.size(); ++i) {
        bits = i % 10 == 0 ? random() : bits >> 6;
        fill[i] = kLetters[bits % kLetters.size()];
    }
    return fill;
}

}  // namespace

struct EchoCaller::Connection {
    tcp::socket socket;
    tcp::endpoint endpoint;
    beast::flat_buffer buffer;

    Connection(const asio::any_io_executor& executor, tcp::endpoint to)
        : socket(executor), endpoint(std::move(to)) {}

    Task<> open() {
        buffer.clear();
        co_await socket.async_connect(endpoint, asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
    }
    Task<> send(std::string request) {
        const auto bytes = asio::buffer(request);
        co_await asio::async_write(socket, bytes, asio::use_awaitable);
    }
    Task<EchoAnswer> receive() {
        beast::http::response_parser<beast::http::string_body> parser;
        parser.body_limit(kBodyBytesMax);
        co_await beast::http::async_read(socket, buffer, parser, asio::use_awaitable);
        auto message = parser.release();
        EchoAnswer answer;
        answer.status = message.result_int();
        answer.request_id = std::string(message["x-amzn-RequestId"]);
        answer.function_error = std::string(message["X-Amz-Function-Error"]);
        answer.body = std::move(message.body());
        co_return answer;
    }
};

EchoCaller::EchoCaller(const EchoPlan& plan)
    : plan_(plan),
      host_(plan.host + ":" + std::to_string(plan.port)),
      random_(plan.seed),
      check_(
          plan.hang_up + plan.late + plan.die + plan.fail == 0 ? EchoCheck::Gaps::kNone
                                                               : EchoCheck::Gaps::kAllowed
      ) {}

void EchoCaller::run() {
    asio::io_context loop(1);
    std::exception_ptr failure;
    for (std::uint32_t i = 0; i < plan_.connections; ++i) {
        asio::co_spawn(loop, make_calls(), [&failure, &loop](const std::exception_ptr& thrown) {
            if (thrown) {
                failure = thrown;
                loop.stop();
            }
        });
    }
    loop.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    check_.finish();
}

Task<> EchoCaller::make_calls() {
    const auto executor = co_await asio::this_coro::executor;
    const auto address = asio::ip::make_address(plan_.host);
    Connection connection(executor, tcp::endpoint(address, plan_.port));
    co_await connection.open();
    while (begun_ < plan_.calls) {
        EchoCall call = next_call();
        if (call.act == EchoAct::kHangUp) {
            co_await hang_up(connection, std::move(call));
        } else {
            co_await make(connection, std::move(call));
        }
    }
}

Task<> EchoCaller::make(Connection& connection, EchoCall call) {
    const bool cold = by_chance(plan_.cold);
    for (;;) {
        std::string request = signed_request(call, cold);
        co_await connection.send(std::move(request));
        const EchoAnswer answer = co_await connection.receive();
        if (answer.status != kThrottled) {
            check_.take(call, answer);
            co_return;
        }
        throttles_ += 1;
        co_await pause(kBeforeRetry);
    }
}

// Goes away before the answer comes, anywhere between the request's last byte and its end.
Task<> EchoCaller::hang_up(Connection& connection, EchoCall call) {
    hung_up_ += 1;
    std::string request = signed_request(call, false);
    co_await connection.send(std::move(request));
    co_await pause(std::chrono::microseconds(random_() % 20'000));
    connection.socket.close();
    co_await connection.open();
}

EchoCall EchoCaller::next_call() {
    EchoCall call;
    call.target = &plan_.targets[random_() % plan_.targets.size()];
    call.act = random_act();
    call.nonce = "nonce-" + std::to_string(begun_++) + "-" + std::to_string(random_());
    call.fill = random_fill(random_);
    return call;
}

EchoAct EchoCaller::random_act() {
    std::uint64_t left = random_() % 1'000;
    for (const auto& [act, share] :
         {std::pair{EchoAct::kHangUp, plan_.hang_up},
          std::pair{EchoAct::kLate, plan_.late},
          std::pair{EchoAct::kDie, plan_.die},
          std::pair{EchoAct::kFail, plan_.fail}}) {
        if (left < share) {
            return act;
        }
        left -= share;
    }
    return EchoAct::kEcho;
}

bool EchoCaller::by_chance(std::uint32_t of_thousand) {
    return random_() % 1'000 < of_thousand;
}

std::string EchoCaller::signed_request(const EchoCall& call, bool cold) const {
    const std::string path = "/2015-03-31/functions/" + call.target->function + "/invocations";
    const std::string query =
        call.target->qualifier.empty() ? "" : "?Qualifier=" + call.target->qualifier;
    const std::string amz_date = lambent::amz_date(SystemClock().wall_now());
    const std::string payload = call.payload();
    return "POST " + path + query + " HTTP/1.1\r\nHost: " + host_ + "\r\nX-Amz-Date: " + amz_date +
           "\r\nAuthorization: " + authorization(call, path, amz_date) +
           (cold ? "\r\nX-Lambent-Cold: 1" : "") + "\r\nContent-Type: application/json" +
           "\r\nContent-Length: " + std::to_string(payload.size()) + "\r\n\r\n" + payload;
}

std::string EchoCaller::authorization(
    const EchoCall& call, const std::string& path, const std::string& amz_date
) const {
    const api::CredentialScope scope{amz_date.substr(0, 8), plan_.region, std::string(kService)};
    const std::string hash = to_hex(digest(HashKind::kSha256, call.payload()));
    const std::string query =
        call.target->qualifier.empty() ? "" : "Qualifier=" + call.target->qualifier;
    const std::string canonical_path = api::canonical_paths(path, api::PathRule::kOthers).front();
    const std::string canonical_query = api::canonical_query(query);
    const std::string headers = "host:" + host_ + "\nx-amz-date:" + amz_date + "\n";
    api::CanonicalParts parts;
    parts.method = "POST";
    parts.path = canonical_path;
    parts.query = canonical_query;
    parts.headers = headers;
    parts.signed_headers = "host;x-amz-date";
    parts.payload_hash = hash;
    const std::string text = api::string_to_sign(amz_date, scope, api::canonical_request(parts));
    const std::string key = api::signing_key(plan_.secret_key, scope);
    return std::string(api::kAlgorithm) + " Credential=" + plan_.access_key + "/" + scope.text() +
           ", SignedHeaders=host;x-amz-date, Signature=" + api::sign(key, text);
}

}  // namespace lambent::tests
