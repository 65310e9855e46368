#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include <lambent/frame_client.h>
#include <lambent/function.h>
#include <lambent/runtime_client.h>

namespace lambent {
namespace {

Answer call(const std::function<Answer(const Event&)>& handler, const Event& event) {
    try {
        return handler(event);
    } catch (const std::exception& error) {
        return Error(error.what(), "Function.Exception");
    } catch (...) {
        return Error("the handler threw something that is no std::exception", "Function.Exception");
    }
}

template <class Client>
[[noreturn]] void serve(Client& client, const std::function<Answer(const Event&)>& handler) {
    client.connect();
    Event event = client.next();
    for (;;) {
        const Answer answer = call(handler, event);
        std::fflush(nullptr);
        event = client.answer(event.request_id, answer);
    }
}

}  // namespace

std::chrono::milliseconds Event::time_left() const {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::system_clock::now()
    );
    return std::max(left, std::chrono::milliseconds(0));
}

int run(const std::function<Answer(const Event&)>& handler) {
    const std::string channel = variable("LAMBENT_CHANNEL_FD");
    try {
        if (!channel.empty()) {
            ::unsetenv("LAMBENT_CHANNEL_FD");
            FrameClient client(std::atoi(channel.c_str()));
            serve(client, handler);
        }
        RuntimeClient client(variable("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"));
        serve(client, handler);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

Environment Environment::read() {
    Environment environment;
    environment.function_name = variable("AWS_LAMBDA_FUNCTION_NAME");
    environment.function_version = variable("AWS_LAMBDA_FUNCTION_VERSION");
    environment.region = variable("AWS_REGION");
    environment.log_group = variable("AWS_LAMBDA_LOG_GROUP_NAME");
    environment.log_stream = variable("AWS_LAMBDA_LOG_STREAM_NAME");
    environment.task_root = variable("LAMBDA_TASK_ROOT", "/var/task");
    environment.memory_mb = std::atoi(variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "0").c_str());
    return environment;
}

std::string variable(const char* name, std::string_view otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::string(value) : std::string(otherwise);
}

std::string json_string(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (byte < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", byte);
            quoted += escape;
        } else {
            quoted += c;
        }
    }
    quoted += '"';
    return quoted;
}

}  // namespace lambent
