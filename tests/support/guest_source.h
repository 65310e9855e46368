#pragma once

#include "tests/support/environment_room.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>
#include <string>

namespace lambent::tests {

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

// Makes the room's function one file of source in one language: "python", "node", or "cpp", which
// is the guest program of tests/sdk.
inline void use_source(
    EnvironmentRoom& room, const std::string& language, const std::string& source
) {
    room.function.name = "tested";
    room.function.handler = "app.handler";
    room.function.memory_mb = 512;
    if (language == "python") {
        room.function.runtime = "python3.11";
        room.package(ZipBuilder().file("app.py", source));
    } else if (language == "node") {
        room.function.runtime = "nodejs20.x";
        room.package(ZipBuilder().file("app.js", source));
    } else {
        room.function.runtime = "provided.al2023";
        room.package(ZipBuilder().file("bootstrap", bytes_of(LAMBENT_CPP_GUEST), 0755));
    }
}

inline std::string type_in(const std::string& document) {
    return nlohmann::json::parse(document).at("errorType");
}

inline std::string message_in(const std::string& document) {
    return nlohmann::json::parse(document).at("errorMessage");
}

}  // namespace lambent::tests
