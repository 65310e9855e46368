#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

// A function in C++:
//
//     #include <lambent/function.h>
//
//     int main() {
//         return lambent::run([](const lambent::Event& event) -> lambent::Answer {
//             return "{\"got\":" + event.payload + "}";
//         });
//     }
//
// g++ -std=c++17 -O2 -static -I sdk/cpp main.cpp sdk/cpp/lambent/*.cpp -o bootstrap
// needs C++17 and nothing but the standard library; runs on provided.al2 and provided.al2023. With
// @sdk/cpp/loadable/flags instead of -static, and sdk/cpp/loadable/loadable.cpp beside the sources,
// lambent starts it in half the time (CMake: lambent_add_function).
namespace lambent {

// One event for the function, with all that Lambda tells about it.
struct Event {
    std::string payload;  // JSON, as the caller sent it
    std::string request_id;
    std::string function_arn;
    std::string trace_id;
    std::string client_context;    // JSON, or empty
    std::string cognito_identity;  // JSON, or empty
    std::chrono::system_clock::time_point deadline;

    // How long the function may go on; never less than zero.
    std::chrono::milliseconds time_left() const;
};

// What went wrong, as an answer: the caller gets {"errorMessage","errorType"}.
class Error {
  public:
    explicit Error(std::string message, std::string type = "Function.Error")
        : message_(std::move(message)), type_(std::move(type)) {}
    const std::string& message() const { return message_; }
    const std::string& type() const { return type_; }

  private:
    std::string message_;
    std::string type_;
};

// What a function answers: a payload, or an Error.
class Answer {
  public:
    Answer(std::string payload, std::string content_type = "application/json")
        : body_(std::move(payload)), type_(std::move(content_type)) {}
    Answer(const char* payload) : Answer(std::string(payload)) {}
    Answer(const Error& error) : body_(error.message()), type_(error.type()), failed_(true) {}

    bool failed() const { return failed_; }
    const std::string& body() const { return body_; }  // the payload, or the error's message
    const std::string& type() const { return type_; }  // the content type, or the error's type

  private:
    std::string body_;
    std::string type_;
    bool failed_ = false;
};

// Answers events until the environment ends. An exception that the handler throws becomes the
// answer's error. Returns a program's exit status.
int run(const std::function<Answer(const Event&)>& handler);

// The environment around the function, as Lambda's variables describe it.
struct Environment {
    std::string function_name;
    std::string function_version;
    std::string region;
    std::string log_group;
    std::string log_stream;
    std::string task_root;  // where the function's own files lie: /var/task
    int memory_mb = 0;

    static Environment read();
};

// A variable of the environment, or `otherwise`.
std::string variable(const char* name, std::string_view otherwise = {});

// `text` in quotes, as a JSON string.
std::string json_string(std::string_view text);

}  // namespace lambent
