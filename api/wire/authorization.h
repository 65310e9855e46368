#pragma once

#include "api/wire/refusal.h"
#include "api/wire/sigv4.h"
#include "base/clock.h"
#include "base/http/message.h"
#include "base/http/uri.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lambent::api {

// How a request says that it is signed: in the Authorization header, or in its address
// ("presigned"). Read, not believed.
struct Authorization {
    enum class Form { kHeader, kQuery } form = Form::kHeader;
    std::string access_key;
    CredentialScope scope;
    std::string amz_time;  // "20260101T000000Z", as signed
    WallTime time;
    std::vector<std::string> signed_headers;
    std::string signature;
    std::chrono::seconds expires{0};  // of a presigned address

    bool covers(std::string_view header) const;  // lower-case
    std::string signed_header_list() const;      // "host;x-amz-date"
};

// Nothing when the request is not signed. Refuses what could be read in two ways.
Checked<std::optional<Authorization>> read_authorization(
    const http::RequestHead& head, const http::QueryItems& query
);

}  // namespace lambent::api
