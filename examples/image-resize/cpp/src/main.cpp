// Makes a thumbnail of every photograph that is uploaded.
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "s3.h"
#include "thumbnail.h"
#include <lambent/function.h>

namespace {

using Json = nlohmann::json;

constexpr int kWidth = 320;

// Keys come as forms encode them: '+' for a space, %XX for the rest.
std::string decoded(const std::string& key) {
    std::string out;
    for (size_t i = 0; i < key.size(); ++i) {
        if (key[i] == '%' && i + 2 < key.size()) {
            out += static_cast<char>(std::stoi(key.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            out += key[i] == '+' ? ' ' : key[i];
        }
    }
    return out;
}

}  // namespace

int main(int, char** argv) {
    start_images(argv[0]);
    S3 s3;
    const std::string thumbs = lambent::variable("THUMBS_BUCKET");

    return lambent::run([&](const lambent::Event& event) -> lambent::Answer {
        const Json upload = Json::parse(event.payload);
        Json made = Json::array();
        for (const Json& record : upload.at("Records")) {
            const auto bucket = record.at("s3").at("bucket").at("name").get<std::string>();
            const auto key = decoded(record.at("s3").at("object").at("key").get<std::string>());
            const std::string photo = s3.get(bucket, key);
            const std::string thumb = thumbnail(photo, kWidth);
            s3.put(thumbs, key, thumb, "image/jpeg");
            std::cout << bucket << "/" << key << ": " << photo.size() << " -> " << thumb.size()
                      << " bytes" << std::endl;
            made.push_back(key);
        }
        return Json{{"thumbnails", made}}.dump();
    });
}
