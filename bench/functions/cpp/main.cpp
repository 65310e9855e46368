#include <nlohmann/json.hpp>

#include <lambent/function.h>

int main() {
    return lambent::run([](const lambent::Event& event) -> lambent::Answer {
        return nlohmann::json{{"echo", nlohmann::json::parse(event.payload)}}.dump();
    });
}
