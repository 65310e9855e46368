#include "app/daemon/root_key.h"

#include "base/files/durable_file.h"
#include "base/ids.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace lambent::app {
namespace {

constexpr char kKeyFile[] = "credentials.json";

// AWS's own form: 20 characters that begin with AKIA, so that tools which check it are content.
std::string make_access_key() {
    std::string key = "AKIA" + random_hex(8);
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
    });
    return key;
}

Result<RootKey> parse(const std::string& text, const std::string& path) {
    const auto document = nlohmann::json::parse(text, nullptr, false);
    RootKey key;
    if (document.is_object()) {
        key.access_key = document.value("accessKeyId", "");
        key.secret = document.value("secretAccessKey", "");
    }
    if (key.access_key.empty() || key.secret.empty()) {
        return Error(Code::kCorrupted, path + " holds no accessKeyId and secretAccessKey");
    }
    return key;
}

}  // namespace

Result<RootKey> load_or_make_root_key(const std::string& data_directory) {
    const std::string path = data_directory + "/" + kKeyFile;
    if (std::filesystem::exists(path)) {
        LAMBENT_TRY(const std::string text, read_file(path));
        return parse(text, path);
    }
    RootKey key{make_access_key(), random_secret(40)};
    const nlohmann::json document = {
        {"accessKeyId", key.access_key}, {"secretAccessKey", key.secret}};
    LAMBENT_TRY(auto file, DurableFile::create(data_directory));
    LAMBENT_TRY(file.write(document.dump(2) + "\n"));
    LAMBENT_TRY(file.publish(kKeyFile));
    return key;
}

}  // namespace lambent::app
