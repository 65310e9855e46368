#include "runtime/languages/interpreter_probe.h"
#include "runtime/languages/runtime_catalog.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using lambent::Code;
using lambent::runtime::Function;
using lambent::runtime::probe_node;
using lambent::runtime::probe_python;
using lambent::runtime::RuntimeCatalog;

namespace {

Function function_of(const std::string& runtime) {
    Function function;
    function.name = "f";
    function.runtime = runtime;
    function.handler = "app.handler";
    return function;
}

// A directory with small programs in it that pretend to be interpreters.
class FakePrograms {
  public:
    FakePrograms() {
        std::array<char, 32> name{"/tmp/lambent-test-XXXXXX"};
        path_ = ::mkdtemp(name.data());
    }
    ~FakePrograms() { std::filesystem::remove_all(path_); }
    FakePrograms(const FakePrograms&) = delete;
    FakePrograms& operator=(const FakePrograms&) = delete;

    void add(const std::string& name, const std::string& script) const {
        const std::string file = path_ + "/" + name;
        std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
        ::chmod(file.c_str(), 0755);
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace

TEST_CASE(
    "RuntimeCatalog knows the names that Lambda gives its runtimes", "[runtime][RuntimeCatalog]"
) {
    for (const char* name :
         {"python3.8",
          "python3.12",
          "python3.14",
          "nodejs18.x",
          "nodejs22.x",
          "nodejs8.10",
          "nodejs",
          "provided.al2",
          "provided.al2023"}) {
        INFO(name);
        CHECK(RuntimeCatalog::is_known(name));
    }
}

TEST_CASE("RuntimeCatalog does not know other names", "[runtime][RuntimeCatalog]") {
    for (const char* name :
         {"",
          "python2.7",
          "python3",
          "python3.",
          "python3.x",
          "python3.12 ",
          "Python3.12",
          "nodejs20.",
          "nodejs.x",
          "nodejsx",
          "nodejs20.x/..",
          "provided",
          "provided.al3",
          "ruby3.3",
          "java21"}) {
        INFO(name);
        CHECK_FALSE(RuntimeCatalog::is_known(name));
    }
}

TEST_CASE(
    "RuntimeCatalog runs provided functions by their bootstrap", "[runtime][RuntimeCatalog]"
) {
    const auto plan = RuntimeCatalog().plan(function_of("provided.al2023"));
    REQUIRE(plan.has_value());
    CHECK(plan->argv == std::vector<std::string>{"/var/task/bootstrap"});
    CHECK(plan->executed_version.empty());
    CHECK(plan->notice.empty());
}

TEST_CASE(
    "RuntimeCatalog says which package a missing interpreter comes in", "[runtime][RuntimeCatalog]"
) {
    const RuntimeCatalog nothing_found;
    const auto python = nothing_found.plan(function_of("python3.12"));
    REQUIRE_FALSE(python.has_value());
    CHECK(python.error().code() == Code::kUnavailable);
    CHECK(python.error().message().find("apt-get install python3") != std::string::npos);
    const auto node = nothing_found.plan(function_of("nodejs20.x"));
    REQUIRE_FALSE(node.has_value());
    CHECK(node.error().message().find("apt-get install nodejs") != std::string::npos);
}

TEST_CASE(
    "RuntimeCatalog refuses a plan for a runtime it does not know", "[runtime][RuntimeCatalog]"
) {
    const auto plan = RuntimeCatalog().plan(function_of("ruby3.3"));
    REQUIRE_FALSE(plan.has_value());
    CHECK(plan.error().code() == Code::kInvalidArgument);
}

TEST_CASE(
    "RuntimeCatalog runs every Python on the installed one and says when they differ",
    "[runtime][RuntimeCatalog]"
) {
    const auto catalog = RuntimeCatalog::discover("/nowhere");
    if (!catalog.python()) {
        WARN("no python3 in /usr/bin: nothing checked");
        return;
    }
    const std::string& installed = catalog.python()->version;
    const std::string same = "python" + installed.substr(0, installed.rfind('.'));
    const auto equal = catalog.plan(function_of(same));
    REQUIRE(equal.has_value());
    CHECK(equal->argv.front() == catalog.python()->path);
    CHECK(equal->executed_version == installed);
    CHECK(equal->notice.empty());
    const auto other = catalog.plan(function_of("python3.1"));
    REQUIRE(other.has_value());
    CHECK(other->notice == "NOTICE python3.1 runs on the installed Python " + installed);
}

TEST_CASE("RuntimeCatalog gives Node's heap the function's memory", "[runtime][RuntimeCatalog]") {
    const auto catalog = RuntimeCatalog::discover("/nowhere");
    if (!catalog.node()) {
        WARN("no node in /usr/bin: nothing checked");
        return;
    }
    Function function = function_of("nodejs1.x");
    function.memory_mb = 1000;
    const auto plan = catalog.plan(function);
    REQUIRE(plan.has_value());
    CHECK(plan->argv.at(1) == "--max-semi-space-size=50");
    CHECK(plan->argv.at(2) == "--max-old-space-size=900");
    CHECK(plan->argv.at(3) == "--v8-pool-size=1");
    CHECK(
        plan->notice == "NOTICE nodejs1.x runs on the installed Node.js " + catalog.node()->version
    );
}

TEST_CASE("Interpreter probes take the newest Python that runs", "[runtime][RuntimeCatalog]") {
    const FakePrograms programs;
    programs.add("python3.9", "echo Python 3.9.7");
    programs.add("python3.11", "echo Python 3.11.2");
    programs.add("python3.13", "exit 1");
    programs.add("python3.11-config", "echo 99");
    const auto found = probe_python(programs.path());
    REQUIRE(found);
    CHECK(found->path == programs.path() + "/python3.11");
    CHECK(found->version == "3.11.2");
}

TEST_CASE("Interpreter probes find nothing where nothing is", "[runtime][RuntimeCatalog]") {
    const FakePrograms programs;
    CHECK_FALSE(probe_python(programs.path()));
    CHECK_FALSE(probe_node(programs.path()));
    programs.add("node", "echo v20.1.0");
    REQUIRE(probe_node(programs.path()));
    CHECK(probe_node(programs.path())->version == "20.1.0");
}
