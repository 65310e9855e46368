// Echoes its event, says who it is, and leaves marks wherever a function can leave any.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <lambent/function.h>

extern char** environ;

namespace {

std::vector<std::string> marks;  // a program's global
std::string instance;
std::string previous;
int served = 0;

std::string quoted(const std::string& text) {
    return lambent::json_string(text);
}

std::string member(const std::string& name, const std::string& text) {
    return quoted(name) + ":" + quoted(text) + ",";
}

// The text of a member that holds no quotes: what the driver sends.
std::string text_of(const std::string& json, const std::string& name) {
    const std::string key = "\"" + name + "\":\"";
    const std::size_t at = json.find(key);
    if (at == std::string::npos) {
        return {};
    }
    const std::size_t begin = at + key.size();
    return json.substr(begin, json.find('"', begin) - begin);
}

std::string list(const std::vector<std::string>& texts) {
    std::string json;
    for (const std::string& text : texts) {
        json += (json.empty() ? "" : ",") + quoted(text);
    }
    return "[" + json + "]";
}

std::string listed(const std::string& folder) {
    std::vector<std::string> names;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
        names.push_back(entry.path().filename());
    }
    return list(names);
}

std::string variables() {
    std::string json;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string text = *variable;
        const std::size_t sign = text.find('=');
        json += (json.empty() ? "" : ",") + quoted(text.substr(0, sign)) + ":" +
                quoted(text.substr(sign + 1));
    }
    return "{" + json + "}";
}

std::string found() {
    return "{\"tmp\":" + listed("/tmp") + ",\"shm\":" + listed("/dev/shm") +
           ",\"globals\":" + list(marks) + ",\"environment\":" + variables() +
           ",\"task\":" + listed("/var/task") +
           ",\"cwd\":" + quoted(std::filesystem::current_path()) + "}";
}

void leave(const std::string& secret) {
    std::filesystem::create_directories("/tmp/" + secret);
    marks = {secret};
    setenv("LEFT", secret.c_str(), 1);
    std::filesystem::current_path("/tmp");
}

void pause_ms(int ms) {
    poll(nullptr, 0, ms);
}

lambent::Answer echo(const lambent::Event& event) {
    const auto environment = lambent::Environment::read();
    const std::string nonce = text_of(event.payload, "nonce");
    const std::string secret = lambent::variable("SECRET");
    const std::string act = text_of(event.payload, "act");
    served += 1;
    std::string answer =
        "{" + member("nonce", nonce) + member("fill", text_of(event.payload, "fill")) +
        member("instance", instance) + member("previous", previous) +
        member("request", event.request_id) + member("function", environment.function_name) +
        member("version", environment.function_version) + member("arn", event.function_arn) +
        member("stream", environment.log_stream) + member("secret", secret) +
        "\"served\":" + std::to_string(served) +
        ",\"memory\":" + std::to_string(environment.memory_mb) + ",\"found\":" + found() + "}";
    previous = nonce;
    leave(secret);
    std::printf("echo %s %s\n", nonce.c_str(), secret.c_str());
    std::fflush(stdout);
    if (act == "late") {
        pause_ms(60'000);
    }
    if (act == "slow") {
        pause_ms(20);
    }
    if (act == "die") {
        _exit(9);
    }
    if (act == "fail") {
        return lambent::Error(nonce, "RuntimeError");
    }
    return answer;
}

}  // namespace

int main() {
    std::ifstream("/proc/sys/kernel/random/uuid") >> instance;
    return lambent::run(echo);
}
