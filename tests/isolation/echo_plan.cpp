#include "tests/isolation/echo_plan.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace lambent::tests {
namespace {

EchoTarget target_from(const nlohmann::json& json) {
    EchoTarget target;
    target.function = json.at("function");
    target.qualifier = json.at("qualifier");
    target.version = json.at("version");
    target.secret = json.at("secret");
    target.arn = json.at("arn");
    target.memory_mb = json.at("memory");
    return target;
}

}  // namespace

EchoPlan EchoPlan::read(const std::string& path) {
    std::ifstream file(path);
    const auto json = nlohmann::json::parse(file);
    EchoPlan plan;
    plan.host = json.at("host");
    plan.port = json.at("port");
    plan.region = json.at("region");
    plan.access_key = json.at("access_key");
    plan.secret_key = json.at("secret_key");
    plan.calls = json.at("calls");
    plan.connections = json.at("connections");
    plan.seed = json.at("seed");
    plan.cold = json.value("cold", 0U);
    plan.hang_up = json.value("hang_up", 0U);
    plan.late = json.value("late", 0U);
    plan.die = json.value("die", 0U);
    plan.fail = json.value("fail", 0U);
    for (const auto& target : json.at("targets")) {
        plan.targets.push_back(target_from(target));
    }
    return plan;
}

}  // namespace lambent::tests
