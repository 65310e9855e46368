#include "app/cli/client/request_signature.h"

#include "app/cli/client/http_client.h"
#include "base/files/content_hash.h"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <map>
#include <sstream>

namespace lambent::cli {
namespace {

constexpr char kAlgorithm[] = "AWS4-HMAC-SHA256";

// 20261130T192600Z
std::string amz_time(std::chrono::system_clock::time_point now) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[20] = {};
    const std::size_t size = std::strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &parts);
    return std::string(text, size);
}

// "A-b" -> "a-b"
std::string header_name(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return name;
}

// Without spaces around it, and with one where there are several.
std::string header_value(const std::string& value) {
    std::istringstream words(value);
    std::string out;
    for (std::string word; words >> word;) {
        out += (out.empty() ? "" : " ") + word;
    }
    return out;
}

// By their names in lower case, sorted: all that is sent on purpose is signed.
std::map<std::string, std::string> signed_fields(
    const RequestToSign& request, const std::string& time
) {
    std::map<std::string, std::string> fields;
    for (const auto& [name, value] : request.headers) {
        fields[header_name(name)] = header_value(value);
    }
    fields["host"] = request.host;
    fields["x-amz-content-sha256"] = request.payload_hash;
    fields["x-amz-date"] = time;
    return fields;
}

}  // namespace

std::vector<std::string> signature_headers(
    const Endpoint& endpoint,
    const RequestToSign& request,
    std::chrono::system_clock::time_point now
) {
    const std::string time = amz_time(now);
    const std::string day = time.substr(0, time.find('T'));
    const std::string scope = day + "/" + endpoint.region + "/" + request.service + "/aws4_request";
    std::string lines;
    std::string names;
    for (const auto& [name, value] : signed_fields(request, time)) {
        lines.append(name).append(":").append(value).append("\n");
        names.append(names.empty() ? "" : ";").append(name);
    }
    const std::string path = request.service == "s3" ? request.path : encode_path(request.path);
    const std::string canonical = request.method + "\n" + path + "\n" + request.query + "\n" +
                                  lines + "\n" + names + "\n" + request.payload_hash;
    const std::string text = std::string(kAlgorithm) + "\n" + time + "\n" + scope + "\n" +
                             to_hex(digest(HashKind::kSha256, canonical));
    std::string key = "AWS4" + endpoint.secret_key;
    for (const std::string& part :
         {day, endpoint.region, request.service, std::string("aws4_request")}) {
        key = hmac_sha256(key, part);
    }
    return {
        "Host: " + request.host,
        "x-amz-content-sha256: " + request.payload_hash,
        "x-amz-date: " + time,
        std::string("Authorization: ") + kAlgorithm + " Credential=" + endpoint.access_key + "/" +
            scope + ", SignedHeaders=" + names + ", Signature=" + to_hex(hmac_sha256(key, text))};
}

}  // namespace lambent::cli
