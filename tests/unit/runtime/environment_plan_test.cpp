#include "runtime/environment/cell_plan.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

using namespace lambent;
using namespace lambent::runtime;

namespace {

Function python_function() {
    Function function;
    function.name = "resize";
    function.runtime = "python3.12";
    function.handler = "app.handler";
    function.memory_mb = 256;
    function.ephemeral_storage_mb = 1024;
    return function;
}

CellSite site() {
    CellSite at;
    at.package_directory = "/data/packages/abc";
    at.support_directory = "/share/runtime";
    at.region = "eu-north-1";
    at.log_stream = "2026/01/01/[$LATEST]01";
    return at;
}

std::map<std::string, std::string> variables(const sandbox::CellSpec& spec) {
    std::map<std::string, std::string> all;
    for (const std::string& line : spec.environment) {
        const std::size_t equals = line.find('=');
        REQUIRE(equals != std::string::npos);
        REQUIRE(all.emplace(line.substr(0, equals), line.substr(equals + 1)).second);
    }
    return all;
}

LaunchPlan plan() {
    LaunchPlan with;
    with.argv = {"/usr/bin/python3.11", "/var/runtime/python/bootstrap.py"};
    return with;
}

}  // namespace

TEST_CASE(
    "A cell has the function's limits, and all the CPU there is while it boots",
    "[runtime][cell_plan]"
) {
    const auto spec = plan_cell(python_function(), plan(), site());
    CHECK(spec.label == "resize");
    CHECK(spec.argv == plan().argv);
    CHECK(spec.working_directory == "/var/task");
    CHECK(spec.memory_bytes == 256ULL << 20U);
    CHECK(spec.tmp_bytes == 1024ULL << 20U);
    CHECK(spec.cpu.micro_cores == 0);
    CHECK(spec.processes_max == 1024);
    CHECK(spec.open_files_max == 1024);
}

TEST_CASE(
    "A cell sees the function's code and the bootstraps, and nothing else", "[runtime][cell_plan]"
) {
    const auto spec = plan_cell(python_function(), plan(), site());
    REQUIRE(spec.binds.size() == 2);
    CHECK(spec.binds[0].host_path == "/data/packages/abc");
    CHECK(spec.binds[0].cell_path == "/var/task");
    CHECK(spec.binds[1].host_path == "/share/runtime");
    CHECK(spec.binds[1].cell_path == "/var/runtime");
    CHECK(spec.listen_ports == std::vector<std::uint16_t>{9001});
}

TEST_CASE("A function finds all of Lambda's variables", "[runtime][cell_plan]") {
    const auto seen = variables(plan_cell(python_function(), plan(), site()));
    const std::map<std::string, std::string> expected = {
        {"AWS_DEFAULT_REGION", "eu-north-1"},
        {"AWS_EXECUTION_ENV", "AWS_Lambda_python3.12"},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"},
        {"AWS_LAMBDA_FUNCTION_NAME", "resize"},
        {"AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
        {"AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/resize"},
        {"AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/01/[$LATEST]01"},
        {"AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"},
        {"AWS_REGION", "eu-north-1"},
        {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
        {"LAMBDA_TASK_ROOT", "/var/task"},
        {"LAMBENT_CHANNEL_FD", "3"},
        {"LANG", "en_US.UTF-8"},
        {"LD_LIBRARY_PATH",
         "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"},
        {"PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"},
        {"PYTHONPATH", "/var/runtime"},
        {"TZ", ":UTC"},
        {"_HANDLER", "app.handler"},
    };
    CHECK(seen == expected);
}

TEST_CASE(
    "A function's own variables replace open ones and no reserved ones", "[runtime][cell_plan]"
) {
    Function function = python_function();
    function.environment = {
        {"MINE", "a=b"},
        {"TZ", "Asia/Tokyo"},
        {"PATH", "/x"},
        {"_HANDLER", "evil"},
        {"AWS_LAMBDA_RUNTIME_API", "10.0.0.1:1"}};
    const auto seen = variables(plan_cell(function, plan(), site()));
    CHECK(seen.at("MINE") == "a=b");
    CHECK(seen.at("TZ") == "Asia/Tokyo");
    CHECK(seen.at("PATH") == "/x");
    CHECK(seen.at("_HANDLER") == "app.handler");
    CHECK(seen.at("AWS_LAMBDA_RUNTIME_API") == "127.0.0.1:9001");
}

TEST_CASE(
    "Node functions get Lambda's module path, provided ones no runtime's name",
    "[runtime][cell_plan]"
) {
    Function function = python_function();
    function.runtime = "nodejs20.x";
    auto seen = variables(plan_cell(function, plan(), site()));
    CHECK(seen.at("AWS_EXECUTION_ENV") == "AWS_Lambda_nodejs20.x");
    CHECK(
        seen.at("NODE_PATH") ==
        "/opt/nodejs/node20/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:"
        "/var/runtime:/var/task"
    );
    CHECK(seen.count("PYTHONPATH") == 0);
    function.runtime = "provided.al2023";
    seen = variables(plan_cell(function, plan(), site()));
    CHECK(seen.count("AWS_EXECUTION_ENV") == 0);
    CHECK(seen.count("NODE_PATH") == 0);
}

TEST_CASE(
    "A function that may reach the platform has its address and keys", "[runtime][cell_plan]"
) {
    CellSite open = site();
    open.platform = CellSite::Platform{4566, "AKIA1", "s3cret"};
    Function function = python_function();
    auto spec = plan_cell(function, plan(), open);
    CHECK(spec.listen_ports == std::vector<std::uint16_t>{9001, 4566});
    auto seen = variables(spec);
    CHECK(seen.at("AWS_ENDPOINT_URL") == "http://127.0.0.1:4566");
    CHECK(seen.at("AWS_ACCESS_KEY_ID") == "AKIA1");
    CHECK(seen.at("AWS_SECRET_ACCESS_KEY") == "s3cret");
    function.environment["AWS_ENDPOINT_URL"] = "http://elsewhere";
    CHECK(
        variables(plan_cell(function, plan(), open)).at("AWS_ENDPOINT_URL") == "http://elsewhere"
    );
}

TEST_CASE("CPU is in proportion to memory", "[runtime][cell_plan]") {
    Function function = python_function();
    const auto micro_cores = [&function](std::uint32_t memory_mb) {
        function.memory_mb = memory_mb;
        return cpu_limit(function).micro_cores;
    };
    CHECK(micro_cores(128) == 72'357);
    CHECK(micro_cores(1769) == 1'000'000);
    CHECK(micro_cores(10'240) == 5'788'581);
}
