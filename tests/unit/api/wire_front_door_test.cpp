#include "api/sts/sts_service.h"
#include "api/wire/front_door.h"
#include "api/wire/held_bytes.h"
#include "api/wire/routing.h"
#include "api/wire/sigv4.h"
#include "base/files/content_hash.h"
#include "base/time_format.h"
#include "tests/support/run_flow.h"
#include "tests/unit/api/wire_signing.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::api;
using namespace lambent::tests;

namespace {

constexpr char kSecret[] = "secret";
constexpr char kNoPayload[] = "none";  // the client does not say what its body is

// A service that tells what reached it.
class Witness final : public Service {
  public:
    explicit Witness(std::string name) : name_(std::move(name)) {}
    Task<http::Response> serve(Request request, http::BodyReader& body) override {
        const auto bytes = co_await body.read_all(1 << 20);
        seen = std::move(request);
        http::Response response;
        response.status = bytes.has_error() ? 400 : 200;
        response.body = name_ + ":" + (bytes.has_error() ? bytes.error().subject() : *bytes);
        co_return response;
    }
    std::optional<Request> seen;

  private:
    std::string name_;
};

// Functions' addresses, which want signatures or not.
class Address final : public PublicService {
  public:
    bool is_open = true;
    std::optional<Request> seen;

    bool wants_signature(const http::RequestHead&) const override { return !is_open; }
    Task<http::Response> serve(Request request, http::BodyReader& body) override {
        const auto bytes = co_await body.read_all(1 << 20);
        seen = std::move(request);
        http::Response response;
        response.body = "url:" + (bytes.has_error() ? bytes.error().subject() : *bytes);
        co_return response;
    }
};

struct House {
    explicit House(AuthMode mode = AuthMode::kSigV4, std::uint64_t held_bytes_max = 512ULL << 20) {
        for (const char* name : {"root", "function:f"}) {
            Credentials::Key key;
            key.secret = kSecret;
            key.principal.name = name;
            key.principal.is_root = key.principal.name == "root";
            key.principal.access_key = key.principal.is_root ? "AKROOT" : "AKFUNCTION";
            credentials.add(std::move(key));
        }
        FrontDoorConfig config;
        config.auth = mode;
        config.held_bytes_max = held_bytes_max;
        const FrontDoor::Services services{
            lambda,
            s3,
            logs,
            sts,
            autoscaling,
            events,
            schedules,
            sqs,
            sns,
            admin,
            urls,
            gateway,
            apis};
        door.emplace(config, services, credentials, clock, Logger::silent());
    }

    http::Response ask(http::RequestHead head, std::string body = "");

    ManualClock clock;
    Credentials credentials;
    Witness lambda{"lambda"};
    Witness s3{"s3"};
    Witness logs{"logs"};
    Witness autoscaling{"autoscaling"};
    Witness sqs{"sqs"};
    Witness sns{"sns"};
    sts::StsService sts;
    Witness events{"events"};
    Witness schedules{"schedules"};
    Witness admin{"admin"};
    Address urls;
    Witness gateway{"gateway"};
    Address apis;
    std::optional<FrontDoor> door;
};

class TextBody final : public http::BodyReader {
  public:
    explicit TextBody(std::string text) : text_(std::move(text)) {}
    Task<Result<std::string>> read_some() override {
        is_read = true;
        co_return std::exchange(text_, {});
    }
    std::optional<std::uint64_t> content_length() const override { return text_.size(); }
    bool is_read = false;

  private:
    std::string text_;
};

http::Response House::ask(http::RequestHead head, std::string body) {
    boost::asio::io_context loop;
    TextBody reader(std::move(body));
    return run_flow(loop, door->handle(std::move(head), reader));
}

http::RequestHead plain(std::string method, std::string path, std::string query = "") {
    http::RequestHead head;
    head.method = std::move(method);
    head.path = std::move(path);
    head.query = std::move(query);
    head.peer = "127.0.0.1:5000";
    head.headers.add("Host", "127.0.0.1:4566");
    return head;
}

struct By {
    std::string service;
    std::string key = "AKROOT";
    std::string secret = kSecret;
    std::string payload = "";  // instead of the body's hash
};

http::RequestHead sign_head(http::RequestHead head, const std::string& body, const By& by) {
    const std::string time = "20260101T000000Z";
    const CredentialScope scope{"20260101", "us-east-1", by.service};
    const std::string hash =
        by.payload.empty() ? to_hex(digest(HashKind::kSha256, body)) : by.payload;
    head.headers.add("X-Amz-Date", time);
    if (by.service == "s3" && by.payload != kNoPayload) {
        head.headers.add("x-amz-content-sha256", hash);
    }
    std::vector<std::string> names;
    for (const auto& field : head.headers.all()) {
        std::string name = field.first;
        for (char& c : name) {
            c = static_cast<char>(std::tolower(c));
        }
        names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ";") + name;
    }
    const PathRule rule = by.service == "s3" ? PathRule::kS3 : PathRule::kOthers;
    const std::string path = canonical_paths(head.path, rule).front();
    const std::string query = canonical_query(head.query);
    const std::string headers = canonical_headers(head.headers, names);
    const CanonicalParts parts{head.method, path, query, headers, list, hash};
    const std::string text = string_to_sign(time, scope, canonical_request(parts));
    head.headers.add(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=" + by.key + "/" + scope.text() + ", SignedHeaders=" + list +
            ", Signature=" + sign(signing_key(by.secret, scope), text)
    );
    return head;
}

std::string text_of(const http::Response& response) {
    return std::get<std::string>(response.body);
}

bool says(const http::Response& response, std::string_view words) {
    return text_of(response).find(words) != std::string::npos;
}

const std::string kInvoke = "/2015-03-31/functions/f/invocations";

}  // namespace

TEST_CASE("A host is certified by a name of the certificate", "[api][routing]") {
    const std::vector<std::string> names{"cloud.test", "*.apis.test", "192.0.2.1", "::1"};
    CHECK(is_certified_host("Cloud.test:4566", names));
    CHECK(is_certified_host("a.apis.test", names));
    CHECK(is_certified_host("192.0.2.1:1", names));
    CHECK(is_certified_host("[::1]:4566", names));
    for (const char* other :
         {"", "apis.test", ".apis.test", "a.b.apis.test", "xcloud.test", "cloud.test.evil"}) {
        CHECK_FALSE(is_certified_host(other, names));
    }
    CHECK_FALSE(is_certified_host("cloud.test", {}));
}

TEST_CASE("FrontDoor leads each signed request to its service", "[api][FrontDoor]") {
    House house;
    CHECK(says(house.ask(sign_head(plain("POST", kInvoke), "{}", {"lambda"}), "{}"), "lambda:{}"));
    CHECK(says(house.ask(sign_head(plain("PUT", "/b/k"), "x", {"s3"}), "x"), "s3:x"));
    CHECK(says(house.ask(sign_head(plain("POST", "/"), "{}", {"logs"}), "{}"), "logs:{}"));
    CHECK(says(house.ask(sign_head(plain("POST", "/"), "{}", {"sqs"}), "{}"), "sqs:{}"));
    CHECK(says(house.ask(sign_head(plain("POST", "/"), "a=b", {"sns"}), "a=b"), "sns:a=b"));
    CHECK(says(
        house.ask(sign_head(plain("GET", "/_lambent/environments"), "", {"lambent"})), "admin:"
    ));
    const auto identity = house.ask(
        sign_head(plain("POST", "/"), "Action=GetCallerIdentity", {"sts"}),
        "Action=GetCallerIdentity"
    );
    CHECK(says(identity, "<Arn>arn:aws:iam::000000000000:root</Arn>"));
    CHECK(says(identity, "<Account>000000000000</Account>"));
}

TEST_CASE("FrontDoor decodes what a service gets, once", "[api][FrontDoor]") {
    House house;
    const auto head = plain("GET", "/2015-03-31/functions/a%253A", "Qualifier=%24LATEST&b=+");
    house.ask(sign_head(head, "", {"lambda"}));
    REQUIRE(house.lambda.seen);
    CHECK(house.lambda.seen->path == "/2015-03-31/functions/a%3A");
    CHECK(house.lambda.seen->head.path == "/2015-03-31/functions/a%253A");
    CHECK(http::find_item(house.lambda.seen->query, "Qualifier") == "$LATEST");
    CHECK(house.lambda.seen->principal.is_root);
}

TEST_CASE("FrontDoor opens nothing but health to strangers", "[api][FrontDoor]") {
    House house;
    CHECK(house.ask(plain("GET", "/_lambent/health")).status == 200);
    const auto [method, path] = GENERATE(table<std::string, std::string>({
        {"POST", "/_lambent/health"},
        {"GET", "/_lambent/health/"},
        {"GET", "/_lambent/environments"},
        {"POST", "/2015-03-31/functions/f/invocations"},
        {"GET", "/2015-03-31/functions"},
        {"PUT", "/2015-03-31/functions/f/code"},
        {"GET", "/"},
        {"GET", "/b/k"},
        {"HEAD", "/b"},
        {"PUT", "/b/k"},
        {"DELETE", "/b/k"},
        {"POST", "/b?delete"},
    }));
    CAPTURE(method, path);
    const bool is_s3 = std::string(path) == "/" || std::string(path).starts_with("/b");
    if (!is_s3) {
        CHECK(house.ask(plain(method, path)).status == 403);
    }
    http::RequestHead unknown = sign_head(plain(method, path), "", {"s3", "AKOTHER"});
    CHECK(house.ask(std::move(unknown)).status == 403);
    http::RequestHead wrong = sign_head(plain(method, path), "", {"s3", "AKROOT", "other"});
    CHECK(house.ask(std::move(wrong)).status == 403);
    CHECK_FALSE(house.lambda.seen);
    CHECK_FALSE(house.s3.seen);
}

TEST_CASE("FrontDoor names a refusal as the service meant would", "[api][FrontDoor]") {
    House house;
    const auto lambda = house.ask(plain("POST", kInvoke));
    CHECK(lambda.headers.find("x-amzn-ErrorType") == "MissingAuthenticationTokenException");
    CHECK(lambda.headers.count("x-amzn-RequestId") == 1);

    const auto s3 = house.ask(sign_head(plain("GET", "/b/k"), "", {"s3", "AKOTHER"}));
    CHECK(says(s3, "<Code>InvalidAccessKeyId</Code>"));
    CHECK(says(s3, "<Resource>/b/k</Resource>"));
    REQUIRE(s3.headers.find("x-amz-request-id"));
    CHECK(says(s3, *s3.headers.find("x-amz-request-id")));
    CHECK(s3.headers.count("x-amz-id-2") == 1);

    http::RequestHead target = plain("POST", "/");
    target.headers.add("X-Amz-Target", "Logs_20140328.FilterLogEvents");
    CHECK(says(house.ask(target), "\"__type\":\"MissingAuthenticationTokenException\""));

    const auto sts = house.ask(plain("GET", "/", "Action=GetCallerIdentity"));
    CHECK(says(sts, "<ErrorResponse"));
    CHECK(says(sts, "<Code>MissingAuthenticationToken</Code>"));
}

TEST_CASE("FrontDoor gives wrong signatures each service's name", "[api][FrontDoor]") {
    House house;
    const auto ask = [&house](const std::string& service, const std::string& path) {
        return house.ask(sign_head(plain("POST", path), "", {service, "AKROOT", "other"}));
    };
    const auto lambda = ask("lambda", kInvoke);
    CHECK(lambda.headers.find("x-amzn-ErrorType") == "InvalidSignatureException");
    CHECK(says(ask("s3", "/b/k"), "<Code>SignatureDoesNotMatch</Code>"));
    CHECK(says(ask("logs", "/"), "InvalidSignatureException"));
    CHECK(says(ask("sts", "/"), "<Code>SignatureDoesNotMatch</Code>"));
    const auto unknown = house.ask(sign_head(plain("GET", "/b"), "", {"s3", "AKOTHER"}));
    CHECK(says(unknown, "<Code>InvalidAccessKeyId</Code>"));
    const auto skewed = [&house](std::chrono::seconds by) {
        house.clock.jump_wall(by);
        return house.ask(sign_head(plain("GET", "/b"), "", {"s3"}));
    };
    CHECK(says(skewed(std::chrono::seconds(1000)), "<Code>RequestTimeTooSkewed</Code>"));
}

TEST_CASE("FrontDoor tells S3 clients the right region", "[api][FrontDoor]") {
    House house;
    http::RequestHead head = sign_head(plain("GET", "/b"), "", {"s3"});
    std::string value(*head.headers.find("Authorization"));
    value.replace(value.find("us-east-1"), 9, "eu-west-1");
    head.headers.set("Authorization", value);
    const auto answer = house.ask(head);
    CHECK(answer.status == 400);
    CHECK(says(answer, "<Code>AuthorizationHeaderMalformed</Code>"));
    CHECK(says(answer, "<Region>us-east-1</Region>"));
}

TEST_CASE("FrontDoor refuses hosts that others control", "[api][FrontDoor]") {
    House house(AuthMode::kNone);
    const auto with_host = [&house](const std::string& host) {
        http::RequestHead head = plain("GET", "/b");
        head.headers.set("Host", host);
        return house.ask(head).status;
    };
    for (const char* good :
         {"127.0.0.1:4566",
          "127.0.0.1",
          "127.9.9.9:4566",
          "localhost:4566",
          "LOCALHOST",
          "[::1]:4566",
          "[::1]",
          "bucket.localhost:4566",
          "b.s3.localhost"}) {
        CAPTURE(good);
        CHECK(with_host(good) == 200);
    }
    for (const char* bad :
         {"",
          "evil.example",
          "evil.example:4566",
          "127.0.0.1.evil.example:4566",
          "localhost.evil.example",
          "evillocalhost",
          ".localhost",
          "a@b.localhost",
          "a/b.localhost",
          "127.0.0.1:80",
          "localhost:",
          "localhost:4566:4566",
          "localhost:4566x",
          "0.0.0.0:4566",
          "10.0.0.1:4566",
          "127.1:4566",
          "2130706433:4566",
          "[::2]:4566",
          "[::ffff:127.0.0.1]:4566"}) {
        CAPTURE(bad);
        CHECK(with_host(bad) == 403);
    }
}

TEST_CASE("FrontDoor refuses what browsers send for other pages", "[api][FrontDoor]") {
    House house(AuthMode::kNone);
    const auto with = [&house](const char* name, const std::string& value) {
        http::RequestHead head = plain("POST", kInvoke);
        head.headers.add(name, value);
        return house.ask(head).status;
    };
    CHECK(with("Origin", "http://127.0.0.1:4566") == 200);
    CHECK(with("Origin", "https://127.0.0.1:4566") == 403);
    CHECK(with("Origin", "http://evil.example") == 403);
    CHECK(with("Origin", "http://localhost:4566") == 403);
    CHECK(with("Origin", "null") == 403);
    CHECK(with("Sec-Fetch-Site", "cross-site") == 403);
    CHECK(with("Sec-Fetch-Site", "same-site") == 403);
    CHECK(with("Sec-Fetch-Site", "same-origin") == 200);
    CHECK(house.ask(plain("OPTIONS", kInvoke)).status == 403);
}

TEST_CASE("FrontDoor leaves strangers and other origins to S3", "[api][FrontDoor]") {
    House house;
    CHECK(house.ask(plain("GET", "/b/k")).status == 200);
    REQUIRE(house.s3.seen);
    CHECK(house.s3.seen->principal.name == "anonymous");
    CHECK_FALSE(house.s3.seen->principal.is_root);
    CHECK_FALSE(house.s3.seen->is_cross_origin);
    http::RequestHead page = sign_head(plain("GET", "/b/k"), "", {"s3"});
    page.headers.add("Origin", "http://app.example");
    CHECK(house.ask(page).status == 200);
    CHECK(house.s3.seen->is_cross_origin);
    CHECK(house.s3.seen->principal.is_root);
    http::RequestHead before = sign_head(plain("OPTIONS", "/b/k"), "", {"s3"});
    CHECK(house.ask(before).status == 200);
    CHECK(house.s3.seen->principal.name == "anonymous");
    http::RequestHead website = sign_head(plain("GET", "/2015-03-31/functions"), "", {"lambda"});
    website.headers.set("Host", "b.s3-website.localhost:4566");
    CHECK(says(house.ask(website), "s3:"));
    CHECK(house.s3.seen->principal.name == "anonymous");
    http::RequestHead other = plain("GET", "/2015-03-31/functions");
    other.headers.set("Host", "b.s3-website.x.localhost:4566");
    CHECK(says(house.ask(sign_head(other, "", {"lambda"})), "lambda:"));
}

TEST_CASE("FrontDoor holds functions to their entrance and to what they need", "[api][FrontDoor]") {
    House house;
    const auto ask = [&house](http::RequestHead head, const By& by, const std::string& entrance) {
        head.entrance = entrance;
        head.headers.set("Host", "127.0.0.1:9999");
        if (entrance.empty()) {
            head.headers.set("Host", "127.0.0.1:4566");
        }
        http::RequestHead made = sign_head(std::move(head), "", by);
        return house.ask(std::move(made)).status;
    };
    const By function_s3{"s3", "AKFUNCTION"};
    const By function_lambda{"lambda", "AKFUNCTION"};
    CHECK(ask(plain("GET", "/b/k"), function_s3, "function:f") == 200);
    CHECK(ask(plain("POST", kInvoke), function_lambda, "function:f") == 200);
    CHECK(house.lambda.seen->principal.name == "function:f");

    CHECK(ask(plain("GET", "/b/k"), function_s3, "function:g") == 403);
    CHECK(ask(plain("GET", "/b/k"), function_s3, "") == 403);
    CHECK(ask(plain("GET", "/b/k"), {"s3"}, "function:f") == 403);
    CHECK(ask(plain("POST", "/2015-03-31/functions"), function_lambda, "function:f") == 403);
    CHECK(ask(plain("GET", "/2015-03-31/functions/f"), function_lambda, "function:f") == 403);
    CHECK(ask(plain("POST", "/"), {"logs", "AKFUNCTION"}, "function:f") == 403);
    CHECK(ask(plain("GET", "/_lambent/x"), {"lambent", "AKFUNCTION"}, "function:f") == 403);
}

TEST_CASE(
    "FrontDoor takes anybody for root without authentication, cells excepted", "[api][FrontDoor]"
) {
    House house(AuthMode::kNone);
    CHECK(house.ask(plain("POST", "/2015-03-31/functions"), "{}").status == 200);
    CHECK(house.lambda.seen->principal.is_root);
    http::RequestHead bearer = plain("GET", "/b/k");
    bearer.headers.add("Authorization", "Bearer x");
    CHECK(house.ask(bearer).status == 200);
    http::RequestHead cell = plain("POST", "/2015-03-31/functions");
    cell.entrance = "function:f";
    CHECK(house.ask(cell).status == 403);
}

TEST_CASE("FrontDoor keeps S3 bodies to what was signed", "[api][FrontDoor]") {
    House house;
    const auto head = plain("PUT", "/b/k");
    CHECK(says(house.ask(sign_head(head, "x", {"s3"}), "y"), "s3:content_sha256"));
    const By unsigned_payload{"s3", "AKROOT", kSecret, "UNSIGNED-PAYLOAD"};
    CHECK(says(house.ask(sign_head(head, "", unsigned_payload), "any"), "s3:any"));
    const By silent{"s3", "AKROOT", kSecret, kNoPayload};
    CHECK(says(house.ask(sign_head(head, "", silent)), "<Code>InvalidRequest</Code>"));
    http::RequestHead stripped = sign_head(head, "", {"s3"});
    stripped.headers.remove("x-amz-content-sha256");
    CHECK(house.ask(stripped).status == 403);
    const By nonsense{"s3", "AKROOT", kSecret, "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"};
    CHECK(house.ask(sign_head(head, "", nonsense)).status == 400);
}

TEST_CASE("FrontDoor takes aws-chunked off bodies and heads", "[api][FrontDoor]") {
    House house;
    http::RequestHead head = plain("PUT", "/b/k");
    head.headers.add("Content-Encoding", "aws-chunked,gzip");
    head.headers.add("x-amz-decoded-content-length", "9");
    head.headers.add("x-amz-trailer", "x-amz-checksum-crc32");
    const By by{"s3", "AKROOT", kSecret, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"};
    const std::string body = "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";
    CHECK(says(house.ask(sign_head(head, "", by), body), "s3:123456789"));
    CHECK(house.s3.seen->head.headers.find("content-encoding") == "gzip");

    http::RequestHead unannounced = head;
    unannounced.headers.remove("x-amz-trailer");
    CHECK(house.ask(sign_head(unannounced, "", by), body).status == 400);
    http::RequestHead lengthless = head;
    lengthless.headers.remove("x-amz-decoded-content-length");
    CHECK(house.ask(sign_head(lengthless, "", by), body).status == 400);
    http::RequestHead odd = head;
    odd.headers.set("x-amz-trailer", "authorization");
    CHECK(house.ask(sign_head(odd, "", by), body).status == 400);
}

TEST_CASE("FrontDoor refuses before it reads", "[api][FrontDoor]") {
    House house;
    boost::asio::io_context loop;
    const auto read_by = [&](http::RequestHead head) {
        TextBody body("x");
        run_flow(loop, house.door->handle(std::move(head), body));
        return body.is_read;
    };
    CHECK_FALSE(read_by(plain("POST", kInvoke)));
    CHECK_FALSE(read_by(sign_head(plain("POST", kInvoke), "x", {"lambda", "AKOTHER"})));
    CHECK_FALSE(read_by(sign_head(plain("PUT", "/b/k"), "x", {"s3", "AKROOT", "other"})));
    CHECK(read_by(sign_head(plain("POST", kInvoke), "x", {"lambda"})));
}

TEST_CASE("FrontDoor refuses bodies that no operation takes", "[api][FrontDoor]") {
    House house;
    const std::string body(7'000'000, 'x');
    const auto answer = house.ask(sign_head(plain("POST", kInvoke), body, {"lambda"}), body);
    CHECK(answer.status == 413);
    CHECK(answer.headers.find("x-amzn-ErrorType") == "RequestTooLargeException");
}

TEST_CASE("FrontDoor holds so many bytes at once and gives them back", "[api][FrontDoor]") {
    House house(AuthMode::kSigV4, 1'000);
    const auto invoke = [&](std::size_t bytes) {
        const std::string body(bytes, 'x');
        return house.ask(sign_head(plain("POST", kInvoke), body, {"lambda"}), body);
    };
    const http::Response refused = invoke(1'001);
    CHECK(refused.status == 503);
    CHECK(refused.headers.find("x-amzn-ErrorType") == "ServiceUnavailableException");
    for (int i = 0; i < 3; ++i) {
        CHECK(invoke(1'000).status == 200);
    }
}

TEST_CASE("HeldBytes lends what is left", "[api][HeldBytes]") {
    HeldBytes held(10);
    {
        HeldBytes::Share one(held);
        HeldBytes::Share other(held);
        CHECK(one.grow(6));
        CHECK_FALSE(other.grow(5));
        CHECK(other.grow(4));
        CHECK(held.left() == 0);
        const HeldBytes::Share moved(std::move(one));
    }
    CHECK(held.left() == 10);
}

TEST_CASE("FrontDoor refuses addresses that cannot be decoded", "[api][FrontDoor]") {
    House house(AuthMode::kNone);
    CHECK(house.ask(plain("GET", "/b/%zz")).status == 400);
    CHECK(house.ask(plain("GET", "/b/%00")).status == 400);
    CHECK(house.ask(plain("GET", "/b", "a=%")).status == 400);
    CHECK(says(house.ask(plain("GET", "/b/%zz")), "<Code>InvalidURI</Code>"));
}

TEST_CASE("FrontDoor refuses paths that stand for other paths, but for S3", "[api][FrontDoor]") {
    House house(AuthMode::kNone);
    const auto status = [&house](const std::string& path) {
        return house.ask(plain("GET", path)).status;
    };
    CHECK(status("/2015-03-31/functions/") == 200);
    CHECK(status("/2015-03-31/functions/../x") == 400);
    CHECK(status("/2015-03-31//functions") == 400);
    CHECK(status("/2015-03-31/./functions") == 400);
    CHECK(status("/2015-03-31/%2e%2e/functions") == 400);
    CHECK(status("/_lambent/../x") == 400);
    CHECK(status("/b/a/../../c//") == 200);
}

TEST_CASE("FrontDoor knows both protocols of SQS", "[api][FrontDoor]") {
    http::RequestHead target = plain("POST", "/");
    target.headers.add("X-Amz-Target", "AmazonSQS.SendMessage");
    http::RequestHead form = plain("POST", "/000000000000/jobs");
    form.headers.add("Content-Type", "application/x-www-form-urlencoded");
    const http::RequestHead address = plain("GET", "/000000000000/jobs", "Action=ReceiveMessage");
    House open(AuthMode::kNone);
    CHECK(says(open.ask(target, "{}"), "sqs:{}"));
    CHECK(says(open.ask(form, "Action=PurgeQueue"), "sqs:Action=PurgeQueue"));
    CHECK(says(open.ask(address), "sqs:"));
    House closed;
    CHECK(says(closed.ask(target), "\"__type\":\"MissingAuthenticationTokenException\""));
    CHECK(says(closed.ask(form), "<Code>MissingAuthenticationToken</Code>"));
}

TEST_CASE("FrontDoor lets anybody follow the link of a confirmation", "[api][FrontDoor]") {
    House house;
    const http::RequestHead link = plain("GET", "/", "Action=ConfirmSubscription&Token=t");
    CHECK(says(house.ask(link), "sns:"));
    http::RequestHead other = plain("GET", "/", "Action=Unsubscribe&SubscriptionArn=a");
    CHECK(says(house.ask(other), "<Code>MissingAuthenticationToken</Code>"));
    http::RequestHead posted = plain("POST", "/", "Action=ConfirmSubscription&Token=t");
    CHECK(house.ask(posted).status == 403);
    http::RequestHead with_body = link;
    with_body.headers.add("Content-Length", "3");
    CHECK(says(house.ask(with_body, "a=b"), "<Code>MissingAuthenticationToken</Code>"));
    http::RequestHead with_chunks = link;
    with_chunks.headers.add("Transfer-Encoding", "chunked");
    CHECK(house.ask(with_chunks, "a=b").status == 403);
    http::RequestHead in_cell = link;
    in_cell.entrance = "function:f";
    CHECK(house.ask(in_cell).status == 403);
    http::RequestHead foreign = link;
    foreign.headers.add("Origin", "https://elsewhere.example");
    CHECK(house.ask(foreign).status == 403);
}

TEST_CASE("FrontDoor says that a service is not here", "[api][FrontDoor]") {
    House house;
    CHECK(house.ask(sign_head(plain("POST", "/"), "", {"dynamodb"})).status == 501);
    http::RequestHead target = plain("POST", "/");
    target.headers.add("X-Amz-Target", "DynamoDB_20120810.GetItem");
    CHECK(house.ask(target).status == 403);
    House open(AuthMode::kNone);
    CHECK(open.ask(target).status == 501);
}

TEST_CASE("StsService answers unknown actions as AWS does", "[api][sts]") {
    House house(AuthMode::kNone);
    const auto unknown = house.ask(plain("GET", "/", "Action=AssumeRole"));
    CHECK(unknown.status == 400);
    CHECK(says(unknown, "<Code>InvalidAction</Code>"));
}

TEST_CASE("FrontDoor leads addresses of functions past all services", "[api][FrontDoor]") {
    House house;
    const std::string id(32, 'a');
    const std::string host = id + ".lambda-url.us-east-1.localhost";
    const auto path =
        GENERATE(as<std::string>{}, "/", "/2015-03-31/functions", "//x/../y", kInvoke);
    http::RequestHead head = plain("POST", path);
    head.headers.set("Host", host + ":4566");
    head.headers.add("Authorization", "Bearer token");  // none of ours: the function's own affair
    head.headers.add("Origin", "https://elsewhere.example");
    CHECK(says(house.ask(head, "x"), "url:x"));
    CHECK(house.urls.seen->head.path == path);
    CHECK_FALSE(house.urls.seen->principal.is_root);
    head.headers.remove("Authorization");
    for (const char* other : {".evil.example:4566", ":4567", ".localhost.evil.example:4566"}) {
        head.headers.set("Host", host + other);
        CHECK(house.ask(head, "x").status == 403);
    }
}

TEST_CASE("FrontDoor asks for a signature where an address wants one", "[api][FrontDoor]") {
    House house;
    house.urls.is_open = false;
    http::RequestHead head = plain("POST", "/x");
    head.headers.set("Host", std::string(32, 'a') + ".lambda-url.us-east-1.localhost:4566");
    const auto refused = house.ask(head, "x");
    CHECK(refused.status == 403);
    CHECK(text_of(refused) == R"({"Message":"Forbidden"})");
    CHECK(says(house.ask(sign_head(head, "x", {"lambda"}), "x"), "url:x"));
    CHECK(house.urls.seen->principal.access_key == "AKROOT");
    CHECK(house.ask(sign_head(head, "x", {"lambda"}), "y").status == 403);
    CHECK(house.ask(sign_head(head, "x", {"s3"}), "x").status == 403);
    CHECK(house.ask(sign_head(head, "x", {"lambda", "AKROOT", "wrong"}), "x").status == 403);
    CHECK(house.ask(sign_head(head, "x", {"lambda", "AKFUNCTION"}), "x").status == 403);
}

TEST_CASE("FrontDoor keeps addresses by path as closed as itself", "[api][FrontDoor]") {
    House house;
    http::RequestHead head = plain("GET", "/_url/f/x");
    CHECK(says(house.ask(head), "url:"));
    head.headers.add("Origin", "https://elsewhere.example");
    CHECK(house.ask(head).status == 403);
    CHECK(house.ask(plain("GET", "/_url/f/%00")).status == 400);
}

TEST_CASE("Only the platform's plain hosts have addresses by path", "[api][routing]") {
    http::RequestHead head = plain("GET", "/_url/victim/x");
    for (const char* host : {"127.0.0.1:4566", "localhost", "LOCALHOST:4566", "[::1]:4566"}) {
        head.headers.set("Host", host);
        const auto address = function_address(head);
        REQUIRE(address);
        CHECK(address->by_path);
        CHECK(address->reference == "victim");
    }
    head.headers.set("Host", std::string(32, 'a') + ".lambda-url.us-east-1.localhost:4566");
    const auto by_host = function_address(head);
    REQUIRE(by_host);
    CHECK_FALSE(by_host->by_path);
    CHECK(by_host->path == "/_url/victim/x");
    for (const char* host :
         {"shop.localhost:4566", "shop.s3-website.localhost:4566", "evil.example:4566", ""}) {
        head.headers.set("Host", host);
        CHECK_FALSE(function_address(head));
    }
}

TEST_CASE("FrontDoor refuses paths that evade what guards them", "[api][FrontDoor]") {
    House house;
    const auto path = GENERATE(as<std::string>{}, "//admin/5", "/x/../admin", "/x/%2e%2e/admin");
    http::RequestHead head = plain("GET", path);
    head.headers.set("Host", "0123456789.execute-api.us-east-1.localhost:4566");
    CHECK(house.ask(head).status == 400);
    CHECK_FALSE(house.apis.seen);
    head.headers.set("Host", std::string(32, 'a') + ".lambda-url.us-east-1.localhost:4566");
    CHECK(house.ask(head).status == 200);  // open: the function's own affair
    house.urls.is_open = false;
    CHECK(house.ask(sign_head(head, "", {"lambda"})).status == 400);
}

TEST_CASE("FrontDoor lets functions stream what they may invoke", "[api][FrontDoor]") {
    House house;
    const std::string stream = "/2021-11-15/functions/f/response-streaming-invocations";
    http::RequestHead head = plain("POST", stream);
    head.entrance = "function:f";
    CHECK(says(house.ask(sign_head(head, "{}", {"lambda", "AKFUNCTION"}), "{}"), "lambda:{}"));
    head.path = "/2021-10-31/functions/f/url";
    CHECK(house.ask(sign_head(head, "{}", {"lambda", "AKFUNCTION"}), "{}").status == 403);
}

TEST_CASE("FrontDoor tells addresses of APIs from those of functions", "[api][FrontDoor]") {
    House house;
    http::RequestHead head = plain("GET", "/v2/apis");
    head.headers.set("Host", "0123456789.execute-api.us-east-1.localhost:4566");
    house.ask(head);
    CHECK(house.apis.seen);
    CHECK_FALSE(house.urls.seen);
    house.apis.is_open = false;
    const auto refused = house.ask(head);
    CHECK(text_of(refused) == R"({"message":"Forbidden"})");
    CHECK(house.ask(sign_head(head, "", {"lambda"})).status == 403);
    CHECK(house.ask(sign_head(head, "", {"execute-api"})).status == 200);
    const auto managed = house.ask(sign_head(plain("GET", "/v2/apis"), "", {"apigateway"}));
    CHECK(says(managed, "gateway:"));
}
