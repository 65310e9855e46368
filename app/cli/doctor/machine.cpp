#include "app/cli/doctor/machine.h"

#include "app/cli/package/program.h"
#include "base/unique_fd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace lambent::cli {
namespace fs = std::filesystem;

std::optional<std::string> ThisMachine::read(const std::string& path) const {
    std::ifstream file(path);
    if (!file) {
        return std::nullopt;
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool ThisMachine::exists(const std::string& path) const {
    std::error_code failure;
    return fs::exists(path, failure);
}

bool ThisMachine::is_root() const {
    return ::geteuid() == 0;
}

std::optional<std::string> ThisMachine::version_of(const std::string& program) const {
    if (::access(program.c_str(), X_OK) != 0) {
        return std::nullopt;
    }
    ProgramCall call;
    call.arguments = {program, "--version"};
    call.directory = "/";
    const auto run = run_program(call);
    if (run.has_error() || run->exit_code != 0) {
        return std::nullopt;
    }
    return last_lines(run->output, 1);
}

bool ThisMachine::port_is_free(std::uint16_t port) const {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::uint64_t ThisMachine::free_bytes(const std::string& path) const {
    std::error_code failure;
    fs::path place(path);
    while (!fs::exists(place, failure) && place.has_relative_path()) {
        place = place.parent_path();
    }
    const fs::space_info space = fs::space(place, failure);
    return failure ? 0 : space.available;
}

}  // namespace lambent::cli
