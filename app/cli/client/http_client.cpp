#include "app/cli/client/http_client.h"

#include "app/cli/client/request_signature.h"
#include "base/files/content_hash.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>

namespace lambent::cli {
namespace {

struct CurlGlobal {
    CurlGlobal() { curl_global_init(CURL_GLOBAL_DEFAULT); }
    ~CurlGlobal() { curl_global_cleanup(); }
    CurlGlobal(const CurlGlobal&) = delete;
    CurlGlobal& operator=(const CurlGlobal&) = delete;
};

// The list that libcurl reads headers from; it owns the lines.
class HeaderList {
  public:
    HeaderList() = default;
    ~HeaderList() { curl_slist_free_all(list_); }
    HeaderList(const HeaderList&) = delete;
    HeaderList& operator=(const HeaderList&) = delete;

    void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
    curl_slist* get() const { return list_; }

  private:
    curl_slist* list_ = nullptr;
};

std::string encode(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
            encoded += c;
            continue;
        }
        constexpr std::string_view kDigits = "0123456789ABCDEF";
        encoded += '%';
        encoded += kDigits[byte >> 4U];
        encoded += kDigits[byte & 15U];
    }
    return encoded;
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* into) {
    static_cast<std::string*>(into)->append(bytes, size * count);
    return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* into) {
    auto& headers = *static_cast<std::map<std::string, std::string>*>(into);
    std::string_view line(bytes, size * count);
    if (line.starts_with("HTTP/")) {
        headers.clear();  // the final answer after a "100 Continue"
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
        return size * count;
    }
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front())) != 0) {
        value.remove_prefix(1);
    }
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())) != 0) {
        value.remove_suffix(1);
    }
    headers[name] = std::string(value);
    return size * count;
}

void set_method(CURL* handle, const HttpCall& call) {
    if (call.method == "HEAD") {
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
        return;
    }
    if (!call.body.empty() || call.method == "POST" || call.method == "PUT") {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, call.body.data());
        curl_easy_setopt(
            handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size())
        );
    }
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, call.method.c_str());
}

void add_headers(
    const HttpCall& call,
    const Endpoint& endpoint,
    const std::string& path,
    const std::string& query,
    HeaderList& headers
) {
    for (const auto& [name, value] : call.headers) {
        headers.add(name + ": " + value);
    }
    const RequestToSign to_sign{
        call.service,
        call.method,
        endpoint.url.substr(endpoint.url.find("://") + 3),
        path,
        query,
        to_hex(digest(HashKind::kSha256, call.body)),
        call.headers};
    for (const std::string& line :
         signature_headers(endpoint, to_sign, std::chrono::system_clock::now())) {
        headers.add(line);
    }
    if (!call.body.empty() && std::none_of(call.headers.begin(), call.headers.end(), [](auto& h) {
            return h.first == "Content-Type";
        })) {
        headers.add("Content-Type: application/octet-stream");
    }
}

Error no_answer(CURLcode code, const Endpoint& endpoint) {
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST) {
        return no_daemon(endpoint.url);
    }
    const std::string reason = curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return Error(Code::kDeadline, "the daemon at " + endpoint.url + " did not answer in time");
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
        return Error(
            Code::kUnavailable,
            "the certificate of " + endpoint.url + " is not trusted: " + reason +
                " — give --ca-bundle FILE or AWS_CA_BUNDLE"
        );
    }
    return Error(Code::kUnavailable, "the daemon at " + endpoint.url + " hung up: " + reason);
}

}  // namespace

struct HttpClient::Connection {
    Connection() : handle(curl_easy_init()) {}
    ~Connection() { curl_easy_cleanup(handle); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    CURL* handle;
};

std::string encode_path(std::string_view path) {
    std::string encoded;
    while (true) {
        const auto slash = path.find('/');
        encoded += encode(path.substr(0, slash));
        if (slash == std::string_view::npos) {
            return encoded;
        }
        encoded += '/';
        path.remove_prefix(slash + 1);
    }
}

std::string encode_query(std::vector<std::pair<std::string, std::string>> query) {
    for (auto& [name, value] : query) {
        name = encode(name);
        value = encode(value);
    }
    std::sort(query.begin(), query.end());
    std::string encoded;
    for (const auto& [name, value] : query) {
        encoded += (encoded.empty() ? "" : "&") + name + "=" + value;
    }
    return encoded;
}

std::string HttpReply::header(const std::string& lower_case_name) const {
    const auto found = headers.find(lower_case_name);
    return found == headers.end() ? std::string() : found->second;
}

HttpClient::HttpClient(Endpoint endpoint) : endpoint_(std::move(endpoint)) {
    static const CurlGlobal kGlobal;
    connection_ = std::make_unique<Connection>();
}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpReply> HttpClient::send(const HttpCall& call) {
    CURL* handle = connection_->handle;
    curl_easy_reset(handle);  // keeps the connection
    const std::string query = encode_query(call.query);
    const std::string path = encode_path(call.path);
    const std::string url = endpoint_.url + path + (query.empty() ? "" : "?" + query);
    HeaderList headers;
    add_headers(call, endpoint_, path, query, headers);
    HttpReply reply;
    set_method(handle, call);
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    if (!endpoint_.ca_bundle.empty()) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, endpoint_.ca_bundle.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "lambent-cli");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(call.limit.count()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &reply.body);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &reply.headers);
    if (const CURLcode code = curl_easy_perform(handle); code != CURLE_OK) {
        return no_answer(code, endpoint_);
    }
    long status = 0;
    curl_off_t elapsed = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle, CURLINFO_TOTAL_TIME_T, &elapsed);
    reply.status = static_cast<int>(status);
    reply.elapsed = std::chrono::microseconds(elapsed);
    return reply;
}

}  // namespace lambent::cli
