#pragma once

#include "api/wire/credentials.h"
#include "base/http/message.h"
#include "tests/support/manual_clock.h"
#include "tests/unit/api/sigv4_vectors.h"

namespace lambent::tests {

inline const WallTime kVectorTime = from_unix_ms(1'440'938'160'000);  // 2015-08-30T12:36:00Z

inline void set_wall(ManualClock& clock, WallTime to) {
    clock.jump_wall(std::chrono::duration_cast<std::chrono::seconds>(to - clock.wall_now()));
}

inline api::Credentials vector_credentials() {
    api::Credentials credentials;
    api::Credentials::Key key;
    key.secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    key.principal.access_key = "AKIDEXAMPLE";
    key.principal.name = "root";
    key.principal.is_root = true;
    credentials.add(std::move(key));
    return credentials;
}

inline http::RequestHead head_of(const SignedVector& vector) {
    http::RequestHead head;
    head.method = vector.method;
    head.path = vector.path;
    head.query = vector.query;
    for (const auto& [name, value] : vector.headers) {
        head.headers.add(name, value);
    }
    return head;
}

}  // namespace lambent::tests
