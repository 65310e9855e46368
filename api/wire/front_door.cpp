#include "api/wire/front_door.h"

#include "api/wire/body_unwrapping.h"
#include "api/wire/checked_body.h"
#include "api/wire/refusal.h"
#include "api/wire/routing.h"
#include "api/wire/signature_verifier.h"
#include "base/files/content_hash.h"
#include "base/ids.h"

#include <optional>
#include <utility>

namespace lambent::api {
namespace {

constexpr std::string_view kHealth = "/_lambent/health";
constexpr std::string_view kAdminScope = "lambent";

Refusal forbidden(std::string message) {
    return Refusal(Fault::kForbidden, std::move(message));
}

Principal root() {
    return Principal{"", "root", true};
}

Principal function_at(const std::string& entrance) {
    return Principal{"", entrance, false};
}

// One request on its way in.
struct Visit {
    Request request;
    std::optional<Authorization> authorization;
    ServiceName service = ServiceName::kUnknown;
    std::unique_ptr<http::BodyReader> body;  // null: the server's own
    HeldBytes::Share held;                   // what `body` holds

    explicit Visit(HeldBytes& all_held) : held(all_held) {}

    const http::RequestHead& head() const { return request.head; }
    // The link in a question of SNS's: whoever was sent its token may follow it, but no function,
    // and nobody with a body.
    bool is_confirmation() const {
        return service == ServiceName::kSns && !authorization && head().method == "GET" &&
               head().entrance.empty() && !announces_body(head()) &&
               http::find_item(request.query, "Action") == "ConfirmSubscription";
    }
    // What needs no signature: whether a bucket lets anybody in is in its policy. Browsers do not
    // sign what they ask beforehand, and a website's readers are anybody.
    bool is_for_anybody() const {
        if (is_confirmation()) {
            return true;
        }
        return service == ServiceName::kS3 &&
               (!authorization || head().method == "OPTIONS" ||
                is_website_host(head().headers.find("host").value_or("")));
    }
    bool is_health() const { return head().path == kHealth && head().method == "GET"; }
};

// A function's own code may be hostile: it gets what a function needs and nothing that manages.
bool may(const Principal& principal, const Visit& visit) {
    return principal.is_root || visit.is_confirmation() || visit.service == ServiceName::kS3 ||
           visit.service == ServiceName::kFunctionUrl || visit.service == ServiceName::kHttpApi ||
           (visit.service == ServiceName::kLambda && is_invoke(visit.head()));
}

void add_ids(http::Response& response, ServiceName service, const std::string& request_id) {
    if (service != ServiceName::kS3) {
        if (response.headers.count("x-amzn-RequestId") == 0) {
            response.headers.add("x-amzn-RequestId", request_id);
        }
        return;
    }
    if (response.headers.count("x-amz-request-id") == 0) {
        response.headers.add("x-amz-request-id", request_id);
        response.headers.add("x-amz-id-2", to_base64(digest(HashKind::kSha256, request_id)));
    }
}

}  // namespace

struct FrontDoor::Parts {
    FrontDoorConfig config;
    Services services;
    Logger log;
    SignatureVerifier verifier;
    HeldBytes held;

    Checked<void> admit(Visit& visit) const;
    Checked<void> decode(Visit& visit) const;
    Checked<void> identify(Visit& visit) const;
    Checked<bool> check(Visit& visit) const;
    Checked<bool> check_address(Visit& visit, const FunctionAddress& address) const;
    Checked<void> check_host(const Visit& visit) const;
    std::optional<Checked<void>> prove_at_once(Visit& visit, http::BodyReader& body);
    Task<Checked<void>> prove(Visit& visit, http::BodyReader& body);
    Checked<void> prove_text(Visit& visit, Checked<HashedText> read);
    Checked<void> prove_stream(Visit& visit, http::BodyReader& body);
    http::Response refuse(const Visit& visit, const Refusal& refusal) const;
    Service& find(ServiceName name) const;
    http::Response turn_away(const Visit& visit, const Refusal& refusal) const;
};

Checked<void> FrontDoor::Parts::check_host(const Visit& visit) const {
    const http::RequestHead& head = visit.head();
    const std::uint16_t port = head.entrance.empty() ? config.port : 0;
    const auto host = head.headers.find("host").value_or("");
    const bool is_certified = head.is_secure && is_certified_host(host, config.certified_names);
    if (!is_certified && !is_own_host(host, port)) {
        return forbidden(
            "The host \"" + std::string(host) + "\" is not this server; use 127.0.0.1:" +
            std::to_string(config.port) + " or a name that ends in .localhost"
        );
    }
    return {};
}

// Who may speak at all: a browser that was led here by another page may not, but for what a
// bucket's CORS rules allow: S3 itself looks.
Checked<void> FrontDoor::Parts::admit(Visit& visit) const {
    LAMBENT_TRY(check_host(visit));
    const http::RequestHead& head = visit.head();
    visit.request.is_cross_origin = is_cross_origin(head);
    const bool asks_of_other_origins = head.method == "OPTIONS" || visit.request.is_cross_origin;
    if (asks_of_other_origins && visit.service != ServiceName::kS3) {
        return forbidden("This server answers no requests of other origins.");
    }
    return {};
}

Checked<void> FrontDoor::Parts::decode(Visit& visit) const {
    Request& request = visit.request;
    auto path = http::percent_decode(request.head.path);
    auto query = http::parse_query(request.head.query);
    if (path.has_error() || query.has_error()) {
        visit.service = find_service(request.head, request.query, std::nullopt);
        return Refusal(Fault::kBadRequest, "The address of the request cannot be decoded.");
    }
    request.path = std::move(*path);
    request.query = std::move(*query);
    auto authorization = read_authorization(request.head, request.query);
    if (authorization.has_error() && config.auth == AuthMode::kSigV4) {
        visit.service = find_service(request.head, request.query, std::nullopt);
        return authorization.error();
    }
    if (authorization.has_value()) {
        visit.authorization = std::move(*authorization);
    }
    visit.service = find_service(request.head, request.query, visit.authorization);
    // S3's keys may look like this; for the others it would be signed as one path and routed as
    // another.
    if (visit.service != ServiceName::kS3 && !is_normal_path(request.path)) {
        return Refusal(Fault::kBadRequest, "The path of the request has empty or dot segments.");
    }
    return {};
}

// Whom the request names, and whether that one may do this here; the proof comes later.
Checked<void> FrontDoor::Parts::identify(Visit& visit) const {
    const http::RequestHead& head = visit.head();
    Principal& principal = visit.request.principal;
    if (config.auth == AuthMode::kNone) {
        principal = head.entrance.empty() ? root() : function_at(head.entrance);
    } else if (visit.is_for_anybody()) {
        visit.authorization.reset();
        principal = Principal{"", "anonymous", false, visit.is_confirmation()};
    } else {
        if (!visit.authorization) {
            return Refusal(Fault::kUnsigned, "Missing Authentication Token");
        }
        const Authorization& authorization = *visit.authorization;
        if (visit.service == ServiceName::kAdmin && authorization.scope.service != kAdminScope) {
            return Refusal(
                Fault::kWrongScope, "Credential should be scoped to correct service: 'lambent'."
            );
        }
        LAMBENT_TRY(principal, verifier.check_claims(head, authorization));
        // A function's key is good at its own cell's entrance, and only it is.
        const std::string here = principal.is_root ? "" : principal.name;
        if (here != head.entrance) {
            return Refusal(
                Fault::kUnknownKey, "The security token included in the request is invalid."
            );
        }
    }
    if (visit.service == ServiceName::kUnknown) {
        return Refusal(Fault::kNoSuchService, "This server does not offer the service asked for.");
    }
    if (!may(principal, visit)) {
        return forbidden("User: " + principal.name + " is not authorized to perform this action");
    }
    return {};
}

// Without a wait: nothing when the body must be read first.
std::optional<Checked<void>> FrontDoor::Parts::prove_at_once(Visit& visit, http::BodyReader& body) {
    if (visit.service == ServiceName::kS3) {
        return prove_stream(visit, body);
    }
    const bool is_address =
        visit.service == ServiceName::kFunctionUrl || visit.service == ServiceName::kHttpApi;
    if (config.auth == AuthMode::kNone && !is_address) {
        return Checked<void>();
    }
    auto read = take_hashed(body, body_bytes_max(visit.service, visit.head()), visit.held);
    return read ? std::optional(prove_text(visit, *std::move(read))) : std::nullopt;
}

Task<Checked<void>> FrontDoor::Parts::prove(Visit& visit, http::BodyReader& body) {
    const std::uint64_t bytes_max = body_bytes_max(visit.service, visit.head());
    Checked<HashedText> read = co_await read_hashed(body, bytes_max, visit.held);
    co_return prove_text(visit, std::move(read));
}

Checked<void> FrontDoor::Parts::prove_text(Visit& visit, Checked<HashedText> read) {
    if (read.has_error()) {
        return read.error();
    }
    if (visit.authorization) {  // else an address that is open to strangers
        LAMBENT_TRY(verifier.verify(visit.head(), *visit.authorization, read->sha256_hex));
    }
    visit.body = std::make_unique<HeldBody>(std::move(read->text));
    return {};
}

// S3's bodies are checked while they stream, against what the head says of them.
Checked<void> FrontDoor::Parts::prove_stream(Visit& visit, http::BodyReader& body) {
    const bool is_signed = config.auth == AuthMode::kSigV4 && visit.authorization;
    http::RequestHead& head = visit.request.head;
    const auto form = is_signed ? visit.authorization->form : Authorization::Form::kQuery;
    LAMBENT_TRY(const std::string payload, declared_payload(head, form));
    std::optional<ChunkSeal> seal;
    if (is_signed) {
        LAMBENT_TRY(verifier.verify(head, *visit.authorization, payload));
        seal = verifier.seal(*visit.authorization);
    }
    LAMBENT_TRY(visit.body, unwrap_body(head, body, payload, std::move(seal)));
    return {};
}

// Whether the body must still be held, and proved.
Checked<bool> FrontDoor::Parts::check(Visit& visit) const {
    if (const auto address = function_address(visit.head())) {
        return check_address(visit, *address);
    }
    LAMBENT_TRY(decode(visit));
    LAMBENT_TRY(admit(visit));
    if (visit.is_health()) {
        visit.request.principal.name = "anonymous";
        return false;
    }
    LAMBENT_TRY(identify(visit));
    return true;
}

// A function's own host is open to pages of other origins, as on AWS: what they see of its answers
// is for the function and its rules to say. On the platform's host it is as closed as the platform.
Checked<bool> FrontDoor::Parts::check_address(Visit& visit, const FunctionAddress& address) const {
    const bool is_api = address.kind == FunctionAddress::Kind::kApi;
    visit.service = is_api ? ServiceName::kHttpApi : ServiceName::kFunctionUrl;
    LAMBENT_TRY(check_host(visit));
    const http::RequestHead& head = visit.head();
    if (address.by_path && is_cross_origin(head)) {
        return forbidden("This server answers no requests of other origins.");
    }
    auto path = http::percent_decode(head.path);
    auto query = http::parse_query(head.query);
    if (path.has_error() || query.has_error()) {
        return Refusal(Fault::kBadRequest, "The address of the request cannot be decoded.");
    }
    visit.request.path = std::move(*path);
    visit.request.query = std::move(*query);
    const PublicService& asked = is_api ? services.http_apis : services.function_urls;
    const bool is_signed = asked.wants_signature(head);
    if ((is_api || is_signed) && !is_normal_path(visit.request.path)) {
        return Refusal(Fault::kBadRequest, "The path of the request has empty or dot segments.");
    }
    if (!is_signed) {
        visit.request.principal.name = "anonymous";
        visit.request.principal.is_stranger = true;
        return true;  // nothing is proved, but strangers' bodies are held within the same bound
    }
    if (config.auth == AuthMode::kSigV4) {
        LAMBENT_TRY(visit.authorization, read_authorization(head, visit.request.query));
        const std::string scope = is_api ? "execute-api" : "lambda";
        if (visit.authorization && visit.authorization->scope.service != scope) {
            return forbidden("Credential should be scoped to correct service: '" + scope + "'.");
        }
    }
    LAMBENT_TRY(identify(visit));
    return true;
}

Service& FrontDoor::Parts::find(ServiceName name) const {
    switch (name) {
        case ServiceName::kLambda:
            return services.lambda;
        case ServiceName::kS3:
            return services.s3;
        case ServiceName::kLogs:
            return services.logs;
        case ServiceName::kSts:
            return services.sts;
        case ServiceName::kAutoscaling:
            return services.autoscaling;
        case ServiceName::kEvents:
            return services.events;
        case ServiceName::kScheduler:
            return services.scheduler;
        case ServiceName::kSqs:
            return services.sqs;
        case ServiceName::kSns:
            return services.sns;
        case ServiceName::kAdmin:
            return services.admin;
        case ServiceName::kFunctionUrl:
            return services.function_urls;
        case ServiceName::kApiGateway:
            return services.apigateway;
        case ServiceName::kHttpApi:
            return services.http_apis;
        case ServiceName::kUnknown:
            break;
    }
    LAMBENT_ASSERT(false);
}

http::Response FrontDoor::Parts::turn_away(const Visit& visit, const Refusal& refusal) const {
    const Style style = style_of(visit.service, visit.head());
    AwsError error = to_aws(refusal, style);
    if (style == Style::kS3 && refusal.fault() == Fault::kWrongScope) {
        error.with("Region", config.region);  // clients try again with it by themselves
    }
    log.info(
        "request_refused",
        {{"error", error.name()},
         {"reason", refusal.message()},
         {"peer", visit.head().peer},
         {"method", visit.head().method},
         {"path", visit.head().path}}
    );
    return render(error, style, visit.head().path, visit.request.request_id);
}

http::Response FrontDoor::Parts::refuse(const Visit& visit, const Refusal& refusal) const {
    http::Response refused = turn_away(visit, refusal);
    add_ids(refused, visit.service, visit.request.request_id);
    return refused;
}

FrontDoor::FrontDoor(
    FrontDoorConfig config,
    Services services,
    const Credentials& credentials,
    const Clock& clock,
    Logger log
)
    : parts_(new Parts{
          config,
          services,
          std::move(log),
          SignatureVerifier(config.region, credentials, clock),
          HeldBytes(config.held_bytes_max)}) {}

FrontDoor::~FrontDoor() = default;

Task<http::Response> FrontDoor::handle(http::RequestHead head, http::BodyReader& body) {
    Visit visit(parts_->held);
    visit.request.head = std::move(head);
    visit.request.request_id = random_uuid();
    const Checked<bool> checked = parts_->check(visit);
    if (checked.has_error()) {
        co_return parts_->refuse(visit, checked.error());
    }
    if (*checked) {
        std::optional<Checked<void>> proved = parts_->prove_at_once(visit, body);
        if (!proved) {
            proved = co_await parts_->prove(visit, body);
        }
        if (proved->has_error()) {
            co_return parts_->refuse(visit, proved->error());
        }
    }
    const ServiceName service = visit.service;
    const std::string request_id = visit.request.request_id;
    http::BodyReader& checked_body = visit.body ? *visit.body : body;
    http::Response response =
        co_await parts_->find(service).serve(std::move(visit.request), checked_body);
    add_ids(response, service, request_id);
    co_return response;
}

}  // namespace lambent::api
