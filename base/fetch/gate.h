#pragma once

#include "base/fetch/reach.h"

#include <curl/curl.h>

namespace lambent {

// Lets a transfer connect to addresses within reach only: what a name resolves to is judged when
// the connection is made. Outlives the transfer; one thread's.
class Gate {
  public:
    explicit Gate(Reach reach) : reach_(reach) {}
    void stand_before(CURL* curl);
    bool has_refused() const { return has_refused_; }

  private:
    static curl_socket_t open(void* of, curlsocktype purpose, curl_sockaddr* address);

    Reach reach_;
    bool has_refused_ = false;
};

}  // namespace lambent
