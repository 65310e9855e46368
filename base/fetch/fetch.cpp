#include "base/fetch/fetch.h"

#include "base/fetch/gate.h"

#include <curl/curl.h>

#include <memory>

namespace lambent {
namespace {

struct Received {
    std::string bytes;
    std::size_t bytes_max;
};

// What curl calls with each piece; fewer bytes than given end the transfer.
std::size_t take(char* piece, std::size_t size, std::size_t count, void* into) {
    auto* const received = static_cast<Received*>(into);
    const std::size_t bytes = size * count;
    if (received->bytes.size() + bytes > received->bytes_max) {
        return 0;
    }
    received->bytes.append(piece, bytes);
    return bytes;
}

}  // namespace

Result<std::string> fetch(const std::string& url, const FetchLimits& limits) {
    const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
    if (!handle) {
        return Error(Code::kInternal, "curl has no handle");
    }
    CURL* const curl = handle.get();
    Received received{"", limits.bytes_max};
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.time_max.count()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
    Gate gate(limits.reach);
    gate.stand_before(curl);
    const CURLcode done = curl_easy_perform(curl);
    if (done == CURLE_WRITE_ERROR) {
        return Error(Code::kTooLarge, "document", "the document is too large");
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (done == CURLE_OK && status == 200) {
        return std::move(received.bytes);  // perhaps from the second of its addresses
    }
    if (gate.has_refused()) {
        return Error(Code::kUnauthorised, "address", "The document's address is not a public one.");
    }
    return Error(Code::kUnavailable, "document", std::string(curl_easy_strerror(done)));
}

}  // namespace lambent
