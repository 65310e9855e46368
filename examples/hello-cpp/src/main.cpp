#include <nlohmann/json.hpp>

#include <lambent/function.h>

int main() {
    return lambent::run([](const lambent::Event& event) -> lambent::Answer {
        const auto input = nlohmann::json::parse(event.payload);
        const auto name = input.value("name", std::string("world"));
        return nlohmann::json{{"message", "Hello, " + name + ", from C++"}}.dump();
    });
}
