// Makes the calls that a plan names and says what did not fit: echo_calls PLAN REPORT, both JSON.
// Exit status 1 when there was a mismatch. echoes_test.py writes plans and reads reports.
#include "tests/isolation/echo_caller.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iostream>

int main(int count, char** words) {
    using namespace lambent::tests;
    if (count != 3) {
        std::cerr << "usage: echo_calls PLAN REPORT\n";
        return 2;
    }
    const EchoPlan plan = EchoPlan::read(words[1]);
    EchoCaller caller(plan);
    const auto begin = std::chrono::steady_clock::now();
    caller.run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto counts = caller.check().counts();
    const nlohmann::json report = {
        {"answers", counts.answers},
        {"environments", counts.environments},
        {"mismatches", counts.mismatches},
        {"sentences", caller.check().sentences()},
        {"throttles", caller.throttles()},
        {"hung_up", caller.hung_up()},
        {"seconds", took.count()},
        {"lines", caller.check().lines()},
    };
    std::ofstream(words[2]) << report.dump();
    return counts.mismatches == 0 ? 0 : 1;
}
