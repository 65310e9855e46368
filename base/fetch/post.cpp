#include "base/fetch/post.h"

#include "base/fetch/gate.h"

#include <curl/curl.h>

#include <memory>

namespace lambent {
namespace {

// Less than it was given ends the transfer.
std::size_t let_go(char* /*piece*/, std::size_t size, std::size_t count, void* of) {
    constexpr std::size_t kBodyBytesMax = 64UL << 10;
    auto* const seen = static_cast<std::size_t*>(of);
    *seen += size * count;
    return *seen > kBodyBytesMax ? 0 : size * count;
}

// 0 when no answer has begun, or only ones before the answer.
unsigned status_of(CURL* curl) {
    constexpr long kFinalMin = 200;
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status >= kFinalMin ? static_cast<unsigned>(status) : 0;
}

// What curl calls time and again, whatever it waits for: not 0 ends the post.
int look_whether_cut(
    void* of, curl_off_t /*down_all*/, curl_off_t /*down*/, curl_off_t /*up_all*/, curl_off_t /*up*/
) {
    return static_cast<const std::atomic<bool>*>(of)->load() ? 1 : 0;
}

using Lines = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

// Null when a value would begin a line of its own.
Lines lines_of(const HttpPost& what) {
    Lines lines(nullptr, curl_slist_free_all);
    const auto add = [&lines](const std::string& line) {
        curl_slist* const longer = curl_slist_append(lines.get(), line.c_str());
        if (longer != nullptr) {
            static_cast<void>(lines.release());
            lines.reset(longer);
        }
    };
    add("Expect:");  // no asking beforehand
    for (const auto& [name, value] : what.headers) {
        if (value.find_first_of("\r\n") != std::string::npos) {
            return Lines(nullptr, curl_slist_free_all);
        }
        add(name + ": " + value);
    }
    return lines;
}

void set_limits(CURL* curl, const HttpPost& what) {
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(what.time_max.count()));
    // Nor does it wait for the answer about a name, once its time is over.
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    if (what.is_cut != nullptr) {
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_whether_cut);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, what.is_cut);
    }
}

}  // namespace

Result<unsigned> post(const HttpPost& what) {
    const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
    const Lines lines = lines_of(what);
    if (!handle || !lines) {
        return Error(Code::kInvalidArgument, "request", "the request has a header of two lines");
    }
    CURL* const curl = handle.get();
    Gate gate(what.reach);
    curl_easy_setopt(curl, CURLOPT_URL, what.url.c_str());
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, what.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines.get());
    std::size_t seen = 0;  // bytes of the answer's body
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, let_go);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &seen);
    gate.stand_before(curl);
    set_limits(curl, what);
    const CURLcode done = curl_easy_perform(curl);
    const unsigned status = status_of(curl);
    if (status != 0) {
        return status;
    }
    if (gate.has_refused()) {
        return Error(Code::kUnauthorised, "address", "The endpoint's address is not a public one.");
    }
    const bool is_malformed = done == CURLE_URL_MALFORMAT || done == CURLE_UNSUPPORTED_PROTOCOL;
    return Error(
        is_malformed ? Code::kInvalidArgument : Code::kUnavailable,
        "endpoint",
        std::string("The endpoint cannot be reached: ") + curl_easy_strerror(done)
    );
}

}  // namespace lambent
