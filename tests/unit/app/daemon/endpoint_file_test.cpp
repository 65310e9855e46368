#include "app/daemon/endpoint_file.h"

#include "base/files/durable_file.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <filesystem>

namespace lambent::app {
namespace {

const EndpointFile::Content kContent{"http://127.0.0.1:4566", "us-east-1", "sigv4", ""};

TEST_CASE("Endpoint file says where the daemon answers", "[app][EndpointFile]") {
    const tests::TempDir directory;
    const auto file = EndpointFile::publish(directory.path(), kContent).value();
    const auto read = nlohmann::json::parse(read_file(directory.path() + "/endpoint.json").value());
    CHECK(read.at("endpoint") == "http://127.0.0.1:4566");
    CHECK(read.at("region") == "us-east-1");
    CHECK(read.at("auth") == "sigv4");
    CHECK(read.at("pid") == ::getpid());
    CHECK_FALSE(read.contains("certificate"));
}

TEST_CASE("Endpoint file says which certificate is spoken with", "[app][EndpointFile]") {
    const tests::TempDir directory;
    EndpointFile::Content content = kContent;
    content.certificate = "/srv/own.pem";
    const auto file = EndpointFile::publish(directory.path(), content).value();
    const auto read = nlohmann::json::parse(read_file(directory.path() + "/endpoint.json").value());
    CHECK(read.at("certificate") == "/srv/own.pem");
}

TEST_CASE("Endpoint file goes with its owner", "[app][EndpointFile]") {
    const tests::TempDir directory;
    {
        EndpointFile first = EndpointFile::publish(directory.path(), kContent).value();
        const EndpointFile owner = std::move(first);
        CHECK(std::filesystem::exists(directory.path() + "/endpoint.json"));
    }
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/endpoint.json"));
}

}  // namespace
}  // namespace lambent::app
