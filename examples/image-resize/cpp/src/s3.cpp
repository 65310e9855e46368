#include "s3.h"

#include <curl/curl.h>

#include <memory>
#include <stdexcept>

#include <lambent/function.h>

namespace {

using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

size_t append(char* bytes, size_t size, size_t count, void* into) {
    static_cast<std::string*>(into)->append(bytes, size * count);
    return size * count;
}

// Every byte but the unreserved and '/' as %XX, as signatures want it.
std::string encoded(CURL* curl, const std::string& key) {
    const std::unique_ptr<char, decltype(&curl_free)> text(
        curl_easy_escape(curl, key.data(), static_cast<int>(key.size())), curl_free
    );
    std::string out = text.get();
    for (size_t at = 0; (at = out.find("%2F", at)) != std::string::npos;) {
        out.replace(at, 3, "/");
    }
    return out;
}

}  // namespace

S3::S3()
    : curl_(curl_easy_init()),
      region_(lambent::variable("AWS_REGION", "us-east-1")),
      keys_(
          lambent::variable("AWS_ACCESS_KEY_ID") + ":" + lambent::variable("AWS_SECRET_ACCESS_KEY")
      ),
      token_(lambent::variable("AWS_SESSION_TOKEN")),
      endpoint_(lambent::variable("AWS_ENDPOINT_URL")) {}

S3::~S3() {
    curl_easy_cleanup(curl_);
}

std::string S3::url(const std::string& bucket, const std::string& key) const {
    const std::string path = "/" + encoded(curl_, key);
    if (!endpoint_.empty()) {
        return endpoint_ + "/" + bucket + path;
    }
    return "https://" + bucket + ".s3." + region_ + ".amazonaws.com" + path;
}

void S3::prepare(const std::string& url) {
    curl_easy_reset(curl_);  // keeps the connection
    const std::string scope = "aws:amz:" + region_ + ":s3";
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_AWS_SIGV4, scope.c_str());
    curl_easy_setopt(curl_, CURLOPT_USERPWD, keys_.c_str());
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT, 20L);
}

std::string S3::perform(std::vector<std::string> lines) {
    lines.push_back("x-amz-content-sha256: UNSIGNED-PAYLOAD");
    if (!token_.empty()) {
        lines.push_back("x-amz-security-token: " + token_);
    }
    Headers headers(nullptr, curl_slist_free_all);
    for (const std::string& line : lines) {
        headers.reset(curl_slist_append(headers.release(), line.c_str()));
    }
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.get());
    std::string answer;
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    if (const CURLcode code = curl_easy_perform(curl_); code != CURLE_OK) {
        throw std::runtime_error(std::string("S3: ") + curl_easy_strerror(code));
    }
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        throw std::runtime_error("S3 answered " + std::to_string(status) + ": " + answer);
    }
    return answer;
}

std::string S3::get(const std::string& bucket, const std::string& key) {
    prepare(url(bucket, key));
    return perform({});
}

void S3::put(
    const std::string& bucket,
    const std::string& key,
    const std::string& bytes,
    const std::string& content_type
) {
    prepare(url(bucket, key));
    curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, bytes.data());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(bytes.size()));
    perform({"Content-Type: " + content_type});
}
