#include "api/wire/refusal.h"

#include <array>
#include <stdexcept>

namespace lambent::api {
namespace {

struct Word {
    unsigned status;
    const char* name;
};

// What a fault is called where: REST-JSON and JSON-RPC share their names.
struct Words {
    Fault fault;
    Word json;
    Word s3;
    Word query;
};

constexpr std::array kWords = {
    Words{
        Fault::kUnsigned,
        {403, "MissingAuthenticationTokenException"},
        {403, "AccessDenied"},
        {403, "MissingAuthenticationToken"}},
    Words{
        Fault::kMalformed,
        {403, "IncompleteSignatureException"},
        {400, "AuthorizationHeaderMalformed"},
        {403, "IncompleteSignature"}},
    Words{
        Fault::kAmbiguous,
        {403, "IncompleteSignatureException"},
        {400, "InvalidArgument"},
        {403, "IncompleteSignature"}},
    Words{
        Fault::kUnsupported,
        {403, "IncompleteSignatureException"},
        {400, "InvalidRequest"},
        {403, "IncompleteSignature"}},
    Words{
        Fault::kUnknownKey,
        {403, "UnrecognizedClientException"},
        {403, "InvalidAccessKeyId"},
        {403, "InvalidClientTokenId"}},
    Words{
        Fault::kWrongScope,
        {403, "InvalidSignatureException"},
        {400, "AuthorizationHeaderMalformed"},
        {403, "SignatureDoesNotMatch"}},
    Words{
        Fault::kSkewed,
        {403, "InvalidSignatureException"},
        {403, "RequestTimeTooSkewed"},
        {403, "SignatureDoesNotMatch"}},
    Words{
        Fault::kExpired,
        {403, "InvalidSignatureException"},
        {403, "AccessDenied"},
        {403, "SignatureDoesNotMatch"}},
    Words{
        Fault::kUnsignedHeader,
        {403, "InvalidSignatureException"},
        {403, "AccessDenied"},
        {403, "SignatureDoesNotMatch"}},
    Words{
        Fault::kWrongSignature,
        {403, "InvalidSignatureException"},
        {403, "SignatureDoesNotMatch"},
        {403, "SignatureDoesNotMatch"}},
    Words{
        Fault::kNoBodyHash,
        {403, "InvalidSignatureException"},
        {400, "InvalidRequest"},
        {403, "SignatureDoesNotMatch"}},
    Words{
        Fault::kBodyMismatch,
        {403, "InvalidSignatureException"},
        {400, "XAmzContentSHA256Mismatch"},
        {403, "SignatureDoesNotMatch"}},
    Words{
        Fault::kForbidden,
        {403, "AccessDeniedException"},
        {403, "AccessDenied"},
        {403, "AccessDenied"}},
    Words{
        Fault::kBadRequest,
        {400, "BadRequestException"},
        {400, "InvalidURI"},
        {400, "MalformedQueryString"}},
    Words{
        Fault::kTooLarge,
        {413, "RequestTooLargeException"},
        {413, "EntityTooLarge"},
        {413, "RequestEntityTooLarge"}},
    Words{
        Fault::kNoSuchService,
        {501, "UnknownOperationException"},
        {501, "NotImplemented"},
        {501, "InvalidAction"}},
    Words{
        Fault::kTimeout,
        {408, "RequestTimeoutException"},
        {400, "RequestTimeout"},
        {408, "RequestTimeout"}},
    Words{
        Fault::kBusy,
        {503, "ServiceUnavailableException"},
        {503, "SlowDown"},
        {503, "ServiceUnavailable"}},
};

const Words& words_for(Fault fault) {
    for (const Words& words : kWords) {
        if (words.fault == fault) {
            return words;
        }
    }
    LAMBENT_ASSERT(false);
}

}  // namespace

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
    throw std::runtime_error(refusal.message());
}

AwsError to_aws(const Refusal& refusal, Style style) {
    const Words& words = words_for(refusal.fault());
    Word word = words.json;
    if (style == Style::kS3) {
        word = words.s3;
    } else if (style == Style::kQuery) {
        word = words.query;
    }
    // A function's address tells strangers no more than AWS's does.
    const bool is_terse =
        (style == Style::kFunctionUrl || style == Style::kHttpApi) && word.status == 403;
    return AwsError(word.status, word.name, is_terse ? "Forbidden" : refusal.message());
}

http::Response render(
    const AwsError& error, Style style, std::string_view resource, std::string_view request_id
) {
    switch (style) {
        case Style::kRestJson:
            return rest_json_error(error);
        case Style::kJsonRpc:
            return json_rpc_error(error);
        case Style::kS3:
            return s3_error(error, resource, request_id);
        case Style::kQuery:
            return query_error(error, request_id);
        case Style::kFunctionUrl:
            return function_url_error(error);
        case Style::kHttpApi:
            return http_api_error(error);
    }
    LAMBENT_ASSERT(false);
}

}  // namespace lambent::api
