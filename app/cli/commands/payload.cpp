#include "app/cli/commands/payload.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace lambent::cli {

Result<std::string> read_payload(const std::string& argument) {
    std::string text = argument;
    if (argument == "@-") {
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else if (argument.starts_with('@')) {
        const std::string path = argument.substr(1);
        std::ifstream file(path, std::ios::binary);
        if (!file) {
            return Error(Code::kInvalidArgument, "payload", "cannot read the payload file " + path);
        }
        text.assign(std::istreambuf_iterator<char>(file), {});
    }
    if (!nlohmann::json::accept(text)) {
        return Error(
            Code::kInvalidArgument,
            "payload",
            "the payload is not JSON — quote it for the shell: --payload '{\"key\": \"value\"}'"
        );
    }
    return text;
}

}  // namespace lambent::cli
