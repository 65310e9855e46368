// What a stem rehearses loading with: uses what functions in C++ use first.
#include <functional>
#include <stdexcept>
#include <string>

#include <lambent/function.h>

int main() {
    const std::function<lambent::Answer(const lambent::Event&)> handler =
        [](const lambent::Event& event) -> lambent::Answer {
        if (event.payload.empty()) {
            throw std::runtime_error("rehearsed");
        }
        return lambent::json_string(event.payload + lambent::variable("PATH"));
    };
    lambent::Event event;
    try {
        handler(event);
    } catch (const std::exception& error) {
        event.payload = error.what();
    }
    return handler(event).failed() ? 1 : 0;
}
