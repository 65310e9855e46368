#include "runtime/environment/stems/stem_kind.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::runtime;

namespace {

Function function(const std::string& runtime) {
    Function one;
    one.name = "tested";
    one.runtime = runtime;
    one.handler = "app.handler";
    return one;
}

LaunchPlan managed_plan() {
    LaunchPlan with;
    with.argv = {"/usr/bin/python3.11", "/var/runtime/python/bootstrap.py"};
    return with;
}

}  // namespace

TEST_CASE("Functions of one program and one start share stems", "[runtime][stem_kind]") {
    Function one = function("python3.11");
    Function other = function("python3.12");
    other.memory_mb = 4096;
    other.environment = {{"MINE", "1"}, {"TZ", "Asia/Tokyo"}, {"PATH", "/x"}, {"PYTHONPATH", "/y"}};
    const auto kind = stem_kind(one, managed_plan());
    REQUIRE(kind.has_value());
    CHECK(kind->argv == managed_plan().argv);
    CHECK(kind->key() == stem_kind(other, managed_plan())->key());
    LaunchPlan large = managed_plan();
    large.argv.emplace_back("--max-old-space-size=900");
    CHECK(kind->key() != stem_kind(one, large)->key());
}

TEST_CASE("Stems have what counts at exec, and nothing of a function", "[runtime][stem_kind]") {
    Function one = function("nodejs20.x");
    one.environment = {{"SECRET", "1"}};
    const auto kind = stem_kind(one, managed_plan());
    REQUIRE(kind.has_value());
    std::string all;
    for (const std::string& line : kind->variables) {
        all += line.substr(0, line.find('=')) + " ";
    }
    CHECK(all == "LANG LD_LIBRARY_PATH NODE_PATH PATH ");
    CHECK(kind->key() != stem_kind(function("nodejs18.x"), managed_plan())->key());
}

TEST_CASE("Provided functions share a stem that executes them", "[runtime][stem_kind]") {
    LaunchPlan own;
    own.argv = {"/var/task/bootstrap"};
    const auto kind = stem_kind(function("provided.al2023"), own);
    REQUIRE(kind.has_value());
    CHECK(kind->argv == std::vector<std::string>{"/var/runtime/provided/stem"});
    CHECK(kind->key() == empty_kind().key());
    CHECK(kind->variables.empty());
}

TEST_CASE("A function whose variables count at exec only is booted", "[runtime][stem_kind]") {
    const std::string name = GENERATE(
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "NODE_OPTIONS",
        "NODE_PATH",
        "NODE_EXTRA_CA_CERTS",
        "UV_THREADPOOL_SIZE",
        "PYTHONHASHSEED",
        "MALLOC_ARENA_MAX",
        "GLIBC_TUNABLES",
        "LANG",
        "LC_ALL",
        "OPENSSL_CONF",
        "SSL_CERT_FILE",
        "AWS_LAMBDA_EXEC_WRAPPER"
    );
    INFO(name);
    Function one = function("python3.11");
    one.environment = {{name, "x"}};
    CHECK(counts_at_exec_only(name));
    CHECK_FALSE(stem_kind(one, managed_plan()).has_value());
}

TEST_CASE("A function whose variables are read when used takes a stem", "[runtime][stem_kind]") {
    for (const char* name : {"PATH", "TZ", "PYTHONPATH", "LOG_LEVEL", "AWS_PROFILE", "LANGUISH"}) {
        INFO(name);
        CHECK_FALSE(counts_at_exec_only(name));
    }
}
