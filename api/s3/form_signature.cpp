#include "api/s3/form_signature.h"

#include "api/s3/s3_errors.h"
#include "api/wire/sigv4.h"

#include <optional>
#include <utility>
#include <vector>

namespace lambent::api::s3 {
namespace {

std::string form_field(const FormFields& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
}

struct Signer {
    std::string access_key;
    CredentialScope scope;
};

// "AKID/20260101/us-east-1/s3/aws4_request"
std::optional<Signer> read_signer(const std::string& credential) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= credential.size();) {
        const std::size_t end = std::min(credential.find('/', at), credential.size());
        parts.push_back(credential.substr(at, end - at));
        at = end + 1;
    }
    if (parts.size() != 5 || parts[4] != "aws4_request") {
        return std::nullopt;
    }
    return Signer{parts[0], CredentialScope{parts[1], parts[2], parts[3]}};
}

AwsError unknown_key() {
    return AwsError(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records."
    );
}

}  // namespace

Answer<Principal> signer_of(
    const FormFields& fields,
    const std::string& entrance,
    const Credentials& credentials,
    const std::string& region
) {
    if (form_field(fields, "x-amz-algorithm") != kAlgorithm) {
        return invalid_request(
            "The authorization mechanism you have provided is not supported. Please use "
            "AWS4-HMAC-SHA256."
        );
    }
    const auto signer = read_signer(form_field(fields, "x-amz-credential"));
    if (!signer || signer->scope.service != "s3" || signer->scope.region != region) {
        return AwsError(
            400, "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"
        );
    }
    const Credentials::Key* key = credentials.find(signer->access_key);
    if (key == nullptr || (key->principal.is_root ? "" : key->principal.name) != entrance) {
        return unknown_key();
    }
    const std::string expected =
        sign(signing_key(key->secret, signer->scope), form_field(fields, "policy"));
    if (!same_secret(expected, form_field(fields, "x-amz-signature"))) {
        return AwsError(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        );
    }
    return key->principal;
}

}  // namespace lambent::api::s3
