#include "base/fetch/gate.h"

#include "base/fetch/public_address.h"

#include <sys/socket.h>

namespace lambent {

void Gate::stand_before(CURL* curl) {
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Gate::open);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
}

// What curl calls before it connects, with the address that it has resolved.
curl_socket_t Gate::open(void* of, curlsocktype /*purpose*/, curl_sockaddr* address) {
    auto* const gate = static_cast<Gate*>(of);
    if (gate->reach_ == Reach::kPublic && !is_public_address(address->addr)) {
        gate->has_refused_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace lambent
