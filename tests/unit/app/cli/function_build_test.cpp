#include "app/cli/package/function_build.h"

#include "app/cli/package/program.h"
#include "tests/unit/app/cli/folder.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

TemplateFunction function_of(const std::string& runtime, BuildMethod build) {
    TemplateFunction function;
    function.logical_id = "Resize";
    function.settings.runtime = runtime;
    function.code_uri = "src";
    function.build = build;
    return function;
}

bool holds(const std::string& zip, const std::string& name) {
    return zip.find(name) != std::string::npos;
}

TEST_CASE("A Python function without requirements is packed as it lies", "[app][FunctionBuild]") {
    const tests::Folder folder;
    folder.write("src/handler.py", "def handler(e, c): return 1\n");
    folder.write("src/requirements.txt", "# nothing\n\n");
    Progress progress = Progress::silent();
    FunctionBuild build(folder.path(), progress);
    const auto zip = build.package(function_of("python3.12", BuildMethod::kByRuntime));
    REQUIRE(zip.has_value());
    CHECK(holds(*zip, "handler.py"));
}

TEST_CASE(
    "A function's Makefile fills ARTIFACTS_DIR, and nothing else is packed", "[app][FunctionBuild]"
) {
    const tests::Folder folder;
    folder.write("src/main.cpp", "int main() {}\n");
    folder.write(
        "src/Makefile",
        "build-Resize:\n\tprintf hi > $(ARTIFACTS_DIR)/bootstrap\n"
        "\tchmod +x $(ARTIFACTS_DIR)/bootstrap\n"
    );
    Progress progress = Progress::silent();
    FunctionBuild build(folder.path(), progress);
    const auto zip = build.package(function_of("provided.al2023", BuildMethod::kMakefile));
    REQUIRE(zip.has_value());
    CHECK(holds(*zip, "bootstrap"));
    CHECK_FALSE(holds(*zip, "main.cpp"));
}

TEST_CASE("A build that fails shows the end of what it printed", "[app][FunctionBuild]") {
    const tests::Folder folder;
    folder.write("src/Makefile", "build-Resize:\n\t@echo no such header >&2; exit 7\n");
    Progress progress = Progress::silent();
    FunctionBuild build(folder.path(), progress);
    const auto zip = build.package(function_of("provided.al2023", BuildMethod::kMakefile));
    REQUIRE(zip.has_error());
    CHECK(zip.error().message().find("no such header") != std::string::npos);
    CHECK(zip.error().message().find("build-Resize") != std::string::npos);
}

TEST_CASE(
    "A CodeUri that is not a folder is refused with the function's line", "[app][FunctionBuild]"
) {
    const tests::Folder folder;
    Progress progress = Progress::silent();
    FunctionBuild build(folder.path(), progress);
    TemplateFunction function = function_of("python3.12", BuildMethod::kByRuntime);
    function.line = 9;
    CHECK(
        build.package(function).error().message() ==
        "CodeUri src of Resize (line 9) is not a folder"
    );
}

TEST_CASE("Inline code becomes the index file of its language", "[app][FunctionBuild]") {
    const tests::Folder folder;
    Progress progress = Progress::silent();
    FunctionBuild build(folder.path(), progress);
    TemplateFunction function = function_of("python3.12", BuildMethod::kByRuntime);
    function.inline_code = "def handler(e, c): return 1\n";
    CHECK(holds(*build.package(function), "index.py"));
    function.settings.runtime = "nodejs20.x";
    CHECK(holds(*build.package(function), "index.js"));
}

TEST_CASE("A program's output and exit code are both kept", "[app][Program]") {
    const tests::Folder folder;
    ProgramCall call;
    call.arguments = {"/bin/sh", "-c", "echo $GREETING; pwd; echo err >&2; exit 3"};
    call.directory = folder.path();
    call.environment["GREETING"] = "hello";
    const auto run = run_program(call);
    REQUIRE(run.has_value());
    CHECK(run->exit_code == 3);
    CHECK(run->output == "hello\n" + folder.string() + "\nerr\n");
}

TEST_CASE("A program that is not there is an error", "[app][Program]") {
    const tests::Folder folder;
    ProgramCall call;
    call.arguments = {"/no/such/program"};
    call.directory = folder.path();
    CHECK(run_program(call).error().code() == Code::kUnavailable);
}

TEST_CASE("The last lines of an output are what remains of it", "[app][Program]") {
    CHECK(last_lines("", 3).empty());
    CHECK(last_lines("one\n", 3) == "one");
    CHECK(last_lines("1\n2\n3\n4\n", 2) == "3\n4");
    CHECK(last_lines("1\n2", 5) == "1\n2");
}

}  // namespace
}  // namespace lambent::cli
