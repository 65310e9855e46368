#include "app/cli/command.h"

#include "app/cli/client/aws_environment.h"
#include "app/cli/commands/commands.h"
#include "app/cli/commands/payload.h"
#include "tests/unit/app/cli/folder.h"

#include <catch2/catch.hpp>

#include <iostream>
#include <sstream>

namespace lambent::cli {
namespace {

// What one command line prints, and its exit code.
struct Run {
    int exit_code = 0;
    std::string out;
    std::string err;
};

Run run(std::vector<std::string> words) {
    words.insert(words.begin(), "lambent");
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    std::ostringstream out;
    std::ostringstream err;
    std::streambuf* const old_out = std::cout.rdbuf(out.rdbuf());
    std::streambuf* const old_err = std::cerr.rdbuf(err.rdbuf());
    Run result;
    result.exit_code = run_command_line(
        static_cast<int>(arguments.size()),
        arguments.data(),
        {add_deploy,
         add_invoke,
         add_logs,
         add_ls,
         add_ps,
         add_rm,
         add_records,
         add_measure,
         add_aws,
         add_env}
    );
    std::cout.rdbuf(old_out);
    std::cerr.rdbuf(old_err);
    result.out = out.str();
    result.err = err.str();
    return result;
}

TEST_CASE("Help is asked for and ends well; a wrong line ends with 2", "[app][command]") {
    const Run help = run({"--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("lambent deploy DIR") != std::string::npos);
    CHECK(run({"invoke", "--help"}).exit_code == 0);
    CHECK(run({"--version"}).out.starts_with("lambent "));
    CHECK(run({}).exit_code == 2);
    CHECK(run({"fly"}).exit_code == 2);
    CHECK(run({"invoke"}).exit_code == 2);
    CHECK(run({"invoke", "f", "--async", "--cold"}).exit_code == 2);
    CHECK(run({"measure", "f", "--cold", "many"}).exit_code == 2);
}

TEST_CASE("Every command says how to start the daemon when there is none", "[app][command]") {
    const tests::Folder folder;
    const std::vector<std::vector<std::string>> lines{
        {"deploy", "."},
        {"invoke", "f"},
        {"logs", "f"},
        {"ls"},
        {"ps"},
        {"rm", "f"},
        {"env"},
        {"measure", "f"},
        {"aws", "s3", "ls"},
    };
    for (std::vector<std::string> line : lines) {
        INFO(line.front());
        line.insert(line.begin(), {"--data", folder.string()});
        const Run result = run(line);
        CHECK(result.exit_code == 3);
        CHECK(result.out.empty());
        CHECK(
            result.err ==
            "lambent: no daemon at " + folder.string() + " — start it with: lambent up\n"
        );
    }
}

TEST_CASE("With --json an error is JSON too, wherever the flag stands", "[app][command]") {
    const tests::Folder folder;
    const Run result = run({"ls", "--data", folder.string(), "--json"});
    CHECK(result.exit_code == 3);
    CHECK(result.err.starts_with(R"({"error":{"code":"unavailable","message":"no daemon at)"));
}

TEST_CASE("A payload is text, a file's content, and always JSON", "[app][payload]") {
    const tests::Folder folder;
    folder.write("event.json", "{\"a\": 1}\n");
    CHECK(*read_payload("[1]") == "[1]");
    CHECK(*read_payload("@" + folder.string() + "/event.json") == "{\"a\": 1}\n");
    CHECK(read_payload("@/no/such/file").error().code() == Code::kInvalidArgument);
    CHECK(read_payload("{a: 1}").error().code() == Code::kInvalidArgument);
    CHECK(run({"invoke", "f", "--payload", "{a"}).exit_code == 2);
}

TEST_CASE("env prints what a shell can take, quoted where it must be", "[app][env]") {
    CHECK(shell_quoted("http://127.0.0.1:4566") == "http://127.0.0.1:4566");
    CHECK(shell_quoted("a b'c") == "'a b'\\''c'");
    CHECK(shell_quoted("").size() == 2);
    const tests::Folder folder;
    folder.write("endpoint.json", R"({"endpoint":"http://127.0.0.1:9","region":"eu-west-1"})");
    folder.write("credentials.json", R"({"accessKeyId":"AK","secretAccessKey":"a$b"})");
    const Run result = run({"--data", folder.string(), "env"});
    CHECK(result.exit_code == 0);
    CHECK(result.out.find("export AWS_ENDPOINT_URL=http://127.0.0.1:9\n") != std::string::npos);
    CHECK(result.out.find("export AWS_SECRET_ACCESS_KEY='a$b'\n") != std::string::npos);
    CHECK(result.out.find("export AWS_REGION=eu-west-1\n") != std::string::npos);
}

TEST_CASE("A daemon that has gone is reported with its address", "[app][command]") {
    const tests::Folder folder;
    folder.write("endpoint.json", R"({"endpoint":"http://127.0.0.1:1","region":"us-east-1"})");
    folder.write("credentials.json", R"({"accessKeyId":"AK","secretAccessKey":"SK"})");
    const Run result = run({"--data", folder.string(), "ls"});
    CHECK(result.exit_code == 3);
    CHECK(result.err == "lambent: no daemon at http://127.0.0.1:1 — start it with: lambent up\n");
}

TEST_CASE("Errors of the caller end with 2, those of the platform with 3", "[app][command]") {
    CHECK(exit_code_of(Error(Code::kInvalidArgument, "")) == ExitCode::kUsage);
    CHECK(exit_code_of(Error(Code::kNotFound, "")) == ExitCode::kUsage);
    CHECK(exit_code_of(Error(Code::kUnavailable, "")) == ExitCode::kPlatform);
    CHECK(exit_code_of(Error(Code::kInternal, "")) == ExitCode::kPlatform);
}

}  // namespace
}  // namespace lambent::cli
