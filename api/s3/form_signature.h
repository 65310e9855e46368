#pragma once

#include "api/s3/post_policy.h"
#include "api/wire/credentials.h"
#include "api/wire/errors.h"

#include <string>

namespace lambent::api::s3 {

// Who signed the policy in a browser's form (SigV4 over its base64 text); refused as S3 does.
// A function's key is good at its own `entrance` only.
Answer<Principal> signer_of(
    const FormFields& fields,
    const std::string& entrance,
    const Credentials& credentials,
    const std::string& region
);

}  // namespace lambent::api::s3
