// A function on sdk/cpp that does what its event says: the guest of cpp_sdk_test.py.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <lambent/function.h>

namespace {

std::string about(const lambent::Event& event) {
    const auto environment = lambent::Environment::read();
    std::string json = "[";
    for (const std::string& text :
         {event.request_id,
          event.function_arn,
          event.trace_id,
          event.client_context,
          environment.function_name,
          environment.log_stream,
          lambent::variable("NOT_SET", "otherwise")}) {
        json += lambent::json_string(text) + ",";
    }
    return json + std::to_string(environment.memory_mb) + "," +
           std::to_string(event.time_left().count()) + "]";
}

lambent::Answer answer(const lambent::Event& event) {
    if (event.payload == "\"about\"") {
        return about(event);
    }
    if (event.payload == "\"error\"") {
        return lambent::Error("no \"good\"\n", "Function.NotGood");
    }
    if (event.payload == "\"throw\"") {
        throw std::runtime_error("thrown");
    }
    if (event.payload == "\"throw 5\"") {
        throw 5;
    }
    if (event.payload == "\"exit\"") {
        std::exit(9);
    }
    if (event.payload == "\"print\"") {
        std::printf("printed");
        return "null";
    }
    return event.payload;
}

}  // namespace

int main() {
    return lambent::run(answer);
}
