#include "app/cli/client/endpoint.h"

#include "tests/unit/app/cli/folder.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

// Sets an environment variable and puts the old value back.
class Variable {
  public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) {
            old_ = old;
        }
        value == nullptr ? ::unsetenv(name) : ::setenv(name, value, 1);
    }
    ~Variable() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
    std::optional<std::string> old_;
};

TEST_CASE(
    "The data directory is the given one, else the environment's, else the home's",
    "[app][Endpoint]"
) {
    const Variable home("HOME", "/home/ada");
    const Variable no_xdg("XDG_DATA_HOME", nullptr);
    const Variable no_own("LAMBENT_DATA", nullptr);
    CHECK(data_directory_or_default("") == "/home/ada/.local/share/lambent");
    const Variable xdg("XDG_DATA_HOME", "/xdg");
    CHECK(data_directory_or_default("") == "/xdg/lambent");
    const Variable own("LAMBENT_DATA", "/srv/lambent");
    CHECK(data_directory_or_default("") == "/srv/lambent");
    CHECK(data_directory_or_default("/given") == "/given");
}

TEST_CASE("A daemon is found by the files that it leaves", "[app][Endpoint]") {
    const tests::Folder folder;
    folder.write(
        "endpoint.json",
        R"({"endpoint":"http://127.0.0.1:4566/","region":"eu-west-1","pid":42,"auth":"sigv4"})"
    );
    folder.write("credentials.json", R"({"accessKeyId":"AK","secretAccessKey":"SK"})");
    const auto endpoint = find_endpoint(folder.string());
    REQUIRE(endpoint.has_value());
    CHECK(endpoint->url == "http://127.0.0.1:4566");
    CHECK(endpoint->region == "eu-west-1");
    CHECK(endpoint->access_key == "AK");
    CHECK(endpoint->secret_key == "SK");
    CHECK(endpoint->daemon_pid == 42);
}

TEST_CASE("A daemon that speaks TLS is trusted by its own certificate", "[app][Endpoint]") {
    const Variable nobody("AWS_CA_BUNDLE", nullptr);
    const tests::Folder folder;
    folder.write(
        "endpoint.json", R"({"endpoint":"https://127.0.0.1:4566","certificate":"/own.pem"})"
    );
    folder.write("credentials.json", R"({"accessKeyId":"AK","secretAccessKey":"SK"})");
    CHECK(find_endpoint(folder.string())->ca_bundle == "/own.pem");
    const Variable bundle("AWS_CA_BUNDLE", "/bundle.pem");
    CHECK(find_endpoint(folder.string())->ca_bundle == "/bundle.pem");
    CHECK(find_endpoint(folder.string(), "/given.pem")->ca_bundle == "/given.pem");
}

TEST_CASE("Without a daemon the message says how to start one", "[app][Endpoint]") {
    const tests::Folder folder;
    const auto endpoint = find_endpoint(folder.string());
    REQUIRE(endpoint.has_error());
    CHECK(endpoint.error().code() == Code::kUnavailable);
    CHECK(
        endpoint.error().message() ==
        "no daemon at " + folder.string() + " — start it with: lambent up"
    );
}

TEST_CASE("Files that are not what a daemon writes are refused", "[app][Endpoint]") {
    const tests::Folder folder;
    folder.write("endpoint.json", "[]");
    folder.write("credentials.json", "{}");
    CHECK(find_endpoint(folder.string()).error().code() == Code::kCorrupted);
    folder.write("endpoint.json", R"({"endpoint":7})");
    CHECK(find_endpoint(folder.string()).error().code() == Code::kCorrupted);
}

}  // namespace
}  // namespace lambent::cli
