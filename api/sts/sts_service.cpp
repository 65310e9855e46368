#include "api/sts/sts_service.h"

#include "api/wire/errors.h"
#include "api/wire/query.h"
#include "api/wire/xml.h"
#include "runtime/functions/function.h"

namespace lambent::api::sts {
namespace {

constexpr std::uint64_t kFormBytesMax = 64 * 1024;
constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";

std::string arn_of(const Principal& principal) {
    const std::string account = std::string("arn:aws:iam::") + runtime::kAccountId;
    return account + (principal.is_root ? ":root" : ":user/" + principal.name);
}

http::Response caller_identity(const Request& request) {
    const QueryAnswer answer{"GetCallerIdentity", kNamespace, request.request_id};
    return query_response(answer, [&request](XmlWriter& xml) {
        xml.leaf("Arn", arn_of(request.principal));
        xml.leaf("UserId", runtime::kAccountId);
        xml.leaf("Account", runtime::kAccountId);
    });
}

Task<Answer<http::QueryItems>> parameters(const Request& request, http::BodyReader& body) {
    const auto form = co_await body.read_all(kFormBytesMax);
    if (form.has_error()) {
        co_return AwsError(400, "MalformedQueryString", form.error().message());
    }
    co_return query_items(request, *form);
}

}  // namespace

Task<http::Response> StsService::serve(Request request, http::BodyReader& body) {
    const auto items = co_await parameters(request, body);
    if (items.has_error()) {
        co_return query_error(items.error(), request.request_id);
    }
    const auto action = http::find_item(*items, "Action");
    if (!action) {
        const AwsError missing(400, "MissingAction", "The request must name an action.");
        co_return query_error(missing, request.request_id);
    }
    if (*action == "GetCallerIdentity") {
        co_return caller_identity(request);
    }
    const AwsError unknown(
        400,
        "InvalidAction",
        "Could not find operation " + std::string(*action) + " for version 2011-06-15"
    );
    co_return query_error(unknown, request.request_id);
}

}  // namespace lambent::api::sts
