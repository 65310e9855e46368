#include "tests/unit/api/lambda_desk.h"

#include <catch2/catch.hpp>

using namespace lambent;
using nlohmann::json;
using tests::LambdaDesk;
using tests::Reply;

namespace {

const std::string kArn = "arn:aws:lambda:us-east-1:000000000000:function:resize";
const std::string kResize = std::string(LambdaDesk::kFunctions) + "/resize";

}  // namespace

TEST_CASE("CreateFunction answers the whole configuration", "[api][LambdaService]") {
    LambdaDesk desk;
    const json settings = {
        {"Description", "makes it small"},
        {"Timeout", 30},
        {"MemorySize", 512},
        {"EphemeralStorage", {{"Size", 1024}}},
        {"Environment", {{"Variables", {{"SIZE", "128"}}}}},
        {"Tags", {{"team", "photo"}}},
    };
    const Reply reply = desk.create("resize", settings);
    INFO(reply.text);
    REQUIRE(reply.status == 201);
    const json made = reply.json();
    CHECK(made.at("FunctionName") == "resize");
    CHECK(made.at("FunctionArn") == kArn);
    CHECK(made.at("Runtime") == "python3.11");
    CHECK(made.at("Handler") == "app.handler");
    CHECK(made.at("Role") == "arn:aws:iam::000000000000:role/lambda");
    CHECK(made.at("Description") == "makes it small");
    CHECK(made.at("Timeout") == 30);
    CHECK(made.at("MemorySize") == 512);
    CHECK(made.at("EphemeralStorage").at("Size") == 1024);
    CHECK(made.at("Environment").at("Variables") == json{{"SIZE", "128"}});
    CHECK(made.at("LastModified") == "2026-01-01T00:00:00.000+0000");
    CHECK(made.at("Version") == "$LATEST");
    CHECK(made.at("State") == "Active");
    CHECK(made.at("LastUpdateStatus") == "Successful");
    CHECK(made.at("PackageType") == "Zip");
    CHECK(made.at("Architectures") == json::array({"x86_64"}));
    CHECK(made.at("TracingConfig").at("Mode") == "PassThrough");
    CHECK(made.at("LoggingConfig").at("LogGroup") == "/aws/lambda/resize");
    CHECK(made.at("SnapStart").at("OptimizationStatus") == "Off");
    CHECK(made.contains("RuntimeVersionConfig"));
    const std::string zip = tests::small_zip("resize");
    CHECK(made.at("CodeSize") == zip.size());
    CHECK(made.at("CodeSha256") == to_base64(digest(HashKind::kSha256, zip)));
    CHECK(made.at("RevisionId").get<std::string>().size() == 36);
}

TEST_CASE("CreateFunction fills in AWS's defaults", "[api][LambdaService]") {
    LambdaDesk desk;
    const json made = desk.create("resize").json();
    CHECK(made.at("Timeout") == 3);
    CHECK(made.at("MemorySize") == 128);
    CHECK(made.at("EphemeralStorage").at("Size") == 512);
    CHECK(made.at("Description") == "");
}

TEST_CASE("CreateFunction takes its package from a bucket", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.objects["code/resize.zip"] = tests::small_zip("from the bucket");
    const auto with_code = [&desk](const json& code) {
        return desk.create(
            "resize", {{"Code", {{"ZipFile", nullptr}, {"S3Bucket", code[0]}, {"S3Key", code[1]}}}}
        );
    };
    const Reply no_bucket = with_code({"none", "resize.zip"});
    CHECK(no_bucket.status == 400);
    CHECK(no_bucket.header("x-amzn-ErrorType") == "InvalidParameterValueException");
    CHECK(
        no_bucket.json().at("Message") ==
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message: The "
        "specified bucket does not exist"
    );
    CHECK(with_code({"code", "other.zip"}).text.find("NoSuchKey") != std::string::npos);
    const Reply made = with_code({"code", "resize.zip"});
    INFO(made.text);
    CHECK(made.status == 201);
}

TEST_CASE("CreateFunction refuses a name that is taken", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    const Reply again = desk.create("resize");
    CHECK(again.status == 409);
    CHECK(again.header("x-amzn-ErrorType") == "ResourceConflictException");
    CHECK(again.json().at("Message") == "Function already exist: resize");
    CHECK(again.json().at("Type") == "User");
}

TEST_CASE("CreateFunction refuses bad settings with AWS's names", "[api][LambdaService]") {
    LambdaDesk desk;
    struct Case {
        json changed;
        std::string type, part;
    };
    const std::string invalid = "InvalidParameterValueException";
    const auto bad = GENERATE_COPY(
        Case{{{"FunctionName", "a b"}}, "ValidationException", "at 'functionName'"},
        Case{
            {{"FunctionName", std::string(65, 'a')}},
            "ValidationException",
            "Member must have length less than or equal to 64"},
        Case{{{"FunctionName", nullptr}}, "ValidationException", "Value null at 'functionName'"},
        Case{{{"FunctionName", "a:live"}}, "ValidationException", "at 'functionName'"},
        Case{{{"Role", "me"}}, "ValidationException", "Value 'me' at 'role'"},
        Case{{{"Role", nullptr}}, "ValidationException", "Value null at 'role'"},
        Case{{{"Handler", "a b"}}, "ValidationException", "pattern: [^\\s]+"},
        Case{{{"Handler", std::string(129, 'a')}}, "ValidationException", "at 'handler'"},
        Case{{{"MemorySize", 127}}, "ValidationException", "greater than or equal to 128"},
        Case{{{"MemorySize", 10241}}, "ValidationException", "less than or equal to 10240"},
        Case{{{"Timeout", 0}}, "ValidationException", "greater than or equal to 1"},
        Case{{{"Timeout", 901}}, "ValidationException", "less than or equal to 900"},
        Case{{{"Timeout", "3"}}, "SerializationException", "STRING_VALUE can not be converted"},
        Case{{{"Timeout", 3.5}}, "SerializationException", "DECIMAL_VALUE"},
        Case{{{"EphemeralStorage", {{"Size", 1}}}}, "ValidationException", "equal to 512"},
        Case{{{"Description", std::string(257, 'a')}}, "ValidationException", "at 'description'"},
        Case{{{"Code", nullptr}}, "ValidationException", "Value null at 'code'"},
        Case{{{"Code", {{"ZipFile", nullptr}}}}, invalid, "Please provide a source"},
        Case{{{"Code", {{"ZipFile", ""}}}}, invalid, "non-empty zip"},
        Case{{{"Code", {{"ZipFile", "AAAA"}}}}, invalid, "Could not unzip uploaded file"},
        Case{{{"Code", {{"ZipFile", nullptr}, {"ImageUri", "x"}}}}, invalid, "Container images"},
        Case{{{"Runtime", "cobol85"}}, invalid, "at 'runtime' failed to satisfy constraint"},
        Case{{{"Runtime", nullptr}}, invalid, "Runtime and Handler are mandatory"},
        Case{{{"Layers", {"arn:x"}}}, invalid, "Layers is not supported"},
        Case{{{"Architectures", {"mips"}}}, "ValidationException", "at 'architectures'"},
        Case{{{"Environment", {{"Variables", {{"A", 1}}}}}}, "SerializationException", "NUMBER"},
        Case{{{"Environment", {{"Variables", {{"AWS_REGION", "x"}}}}}}, invalid, "reserved keys"}
    );
    const Reply reply = desk.create("resize", bad.changed);
    INFO(bad.changed.dump() << " -> " << reply.text);
    CHECK(reply.status == 400);
    CHECK(reply.header("x-amzn-ErrorType") == bad.type);
    CHECK(reply.json().at("Message").get<std::string>().find(bad.part) != std::string::npos);
    CHECK(desk.ask("GET", kResize).status == 404);
}

TEST_CASE("CreateFunction counts all faults of the shape at once", "[api][LambdaService]") {
    LambdaDesk desk;
    const Reply reply = desk.create("resize", {{"Timeout", 901}, {"MemorySize", 1}, {"Role", "x"}});
    CHECK(reply.json().at("Message").get<std::string>().starts_with("3 validation errors detected")
    );
}

TEST_CASE("CreateFunction refuses what is no JSON object", "[api][LambdaService]") {
    LambdaDesk desk;
    const Reply broken = desk.ask("POST", LambdaDesk::kFunctions, "{\"FunctionName\":");
    CHECK(broken.status == 400);
    CHECK(broken.header("x-amzn-ErrorType") == "InvalidRequestContentException");
    const Reply list = desk.ask("POST", LambdaDesk::kFunctions, "[]");
    CHECK(list.header("x-amzn-ErrorType") == "SerializationException");
}

TEST_CASE("CreateFunction refuses a zip over 50 MB", "[api][LambdaService]") {
    LambdaDesk desk;
    const std::string zip(52'428'801, 'x');
    const Reply reply = desk.create("resize", {{"Code", {{"ZipFile", to_base64(zip)}}}});
    CHECK(reply.status == 413);
    CHECK(reply.header("x-amzn-ErrorType") == "RequestEntityTooLargeException");
    CHECK(
        reply.json().at("Message") ==
        "Request must be smaller than 70167211 bytes for the CreateFunction operation"
    );
}

TEST_CASE("GetFunction answers configuration, code and tags", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize", {{"Tags", {{"team", "photo"}}}});
    const json got = desk.ask("GET", kResize).json();
    CHECK(got.at("Configuration").at("FunctionArn") == kArn);
    CHECK(got.at("Code").at("RepositoryType") == "S3");
    CHECK(got.at("Tags") == json{{"team", "photo"}});
    const json configuration = desk.ask("GET", kResize + "/configuration").json();
    CHECK(configuration == got.at("Configuration"));
}

TEST_CASE("GetFunction says where the package can be fetched", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    const std::string address = "http://127.0.0.1:4566" + kResize + "/code";
    const json open = desk.ask("GET", kResize).json();
    CHECK(open.at("Code").at("Location") == address);
    const Reply package = desk.ask("GET", kResize + "/code");
    CHECK(package.header("Content-Type") == "application/zip");
    CHECK(package.text == tests::small_zip("resize"));
    desk.credentials.add({"secret", {"AKIATEST", "root", true}});
    const std::string signed_one = desk.ask("GET", kResize).json().at("Code").at("Location");
    CHECK(signed_one.starts_with(address + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="));
    CHECK(signed_one.find("&X-Amz-Expires=600&") != std::string::npos);
    CHECK(signed_one.find("secret") == std::string::npos);
}

TEST_CASE("A function is found by any of its names", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    const std::string base = std::string(LambdaDesk::kFunctions) + "/";
    for (const std::string& name :
         {std::string("resize"), std::string("resize:$LATEST"), kArn, kArn + ":$LATEST"}) {
        INFO(name);
        CHECK(desk.ask("GET", base + name).status == 200);
    }
    const Reply version = desk.ask("GET", base + "resize:7");
    CHECK(version.status == 404);
    CHECK(version.json().at("Message") == "Function not found: " + kArn + ":7");
    const Reply qualifier = desk.ask("GET", base + "resize", {}, {{"Qualifier", "live"}});
    CHECK(qualifier.json().at("Message") == "Function not found: " + kArn + ":live");
    const Reply both = desk.ask("GET", base + "resize:1", {}, {{"Qualifier", "2"}});
    CHECK(both.header("x-amzn-ErrorType") == "InvalidParameterValueException");
}

TEST_CASE("A function of another place is not ours", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    const std::string base = std::string(LambdaDesk::kFunctions) + "/arn:aws:lambda:";
    const Reply region = desk.ask("GET", base + "eu-west-1:000000000000:function:resize");
    CHECK(region.status == 404);
    CHECK(
        region.json().at("Message") ==
        "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
    );
    const Reply account = desk.ask("GET", base + "us-east-1:123456789012:function:resize");
    CHECK(account.status == 403);
    CHECK(account.header("x-amzn-ErrorType") == "AccessDeniedException");
}

TEST_CASE("ListFunctions pages by name", "[api][LambdaService]") {
    LambdaDesk desk;
    for (const char* name : {"c", "a", "b"}) {
        desk.create(name);
    }
    const json first = desk.ask("GET", LambdaDesk::kFunctions, {}, {{"MaxItems", "2"}}).json();
    REQUIRE(first.at("Functions").size() == 2);
    CHECK(first.at("Functions")[0].at("FunctionName") == "a");
    const std::string marker = first.at("NextMarker");
    const json second =
        desk.ask("GET", LambdaDesk::kFunctions, {}, {{"MaxItems", "2"}, {"Marker", marker}}).json();
    REQUIRE(second.at("Functions").size() == 1);
    CHECK(second.at("Functions")[0].at("FunctionName") == "c");
    CHECK_FALSE(second.contains("NextMarker"));
    CHECK(desk.ask("GET", LambdaDesk::kFunctions, {}, {{"MaxItems", "0"}}).status == 400);
    CHECK(desk.ask("GET", LambdaDesk::kFunctions, {}, {{"MaxItems", "x"}}).status == 400);
    CHECK(desk.ask("GET", LambdaDesk::kFunctions, {}, {{"Marker", "%"}}).status == 400);
}

TEST_CASE("UpdateFunctionCode changes the package and retires the old", "[api][LambdaService]") {
    LambdaDesk desk;
    const json before = desk.create("resize").json();
    const json body = {{"ZipFile", to_base64(tests::small_zip("two"))}};
    const Reply reply = desk.ask("PUT", kResize + "/code", body.dump());
    INFO(reply.text);
    REQUIRE(reply.status == 200);
    CHECK(reply.json().at("CodeSha256") != before.at("CodeSha256"));
    CHECK(reply.json().at("RevisionId") != before.at("RevisionId"));
    CHECK(desk.retired == std::vector<std::string>{"resize"});
}

TEST_CASE("UpdateFunctionCode only rehearses a dry run", "[api][LambdaService]") {
    LambdaDesk desk;
    const json before = desk.create("resize").json();
    const json good = {{"ZipFile", to_base64(tests::small_zip("two"))}, {"DryRun", true}};
    const Reply reply = desk.ask("PUT", kResize + "/code", good.dump());
    CHECK(reply.status == 200);
    CHECK(reply.json().at("CodeSha256") != before.at("CodeSha256"));
    CHECK(desk.ask("GET", kResize + "/configuration").json() == before);
    CHECK(desk.retired.empty());
    const json bad = {{"ZipFile", "AAAA"}, {"DryRun", true}};
    CHECK(desk.ask("PUT", kResize + "/code", bad.dump()).status == 400);
}

TEST_CASE("An update of another revision than expected is refused", "[api][LambdaService]") {
    LambdaDesk desk;
    const json before = desk.create("resize").json();
    const std::string stale = "00000000-0000-4000-8000-000000000000";
    const json code = {{"ZipFile", to_base64(tests::small_zip("two"))}, {"RevisionId", stale}};
    const json settings = {{"Timeout", 9}, {"RevisionId", stale}};
    for (const Reply& reply :
         {desk.ask("PUT", kResize + "/code", code.dump()),
          desk.ask("PUT", kResize + "/configuration", settings.dump())}) {
        INFO(reply.text);
        CHECK(reply.status == 412);
        CHECK(reply.header("x-amzn-ErrorType") == "PreconditionFailedException");
    }
    CHECK(desk.retired.empty());
    const json fresh = {{"Timeout", 9}, {"RevisionId", before.at("RevisionId")}};
    CHECK(desk.ask("PUT", kResize + "/configuration", fresh.dump()).status == 200);
}

TEST_CASE("UpdateFunctionConfiguration changes what it names only", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize", {{"Environment", {{"Variables", {{"SIDE", "1"}}}}}, {"MemorySize", 256}});
    const json change = {{"Timeout", 60}, {"Handler", "main.run"}};
    const json changed = desk.ask("PUT", kResize + "/configuration", change.dump()).json();
    CHECK(changed.at("Timeout") == 60);
    CHECK(changed.at("Handler") == "main.run");
    CHECK(changed.at("MemorySize") == 256);
    CHECK(changed.at("Environment").at("Variables") == json{{"SIDE", "1"}});
    CHECK(desk.retired == std::vector<std::string>{"resize"});
    const json clear = {{"Environment", json::object()}};
    const json cleared = desk.ask("PUT", kResize + "/configuration", clear.dump()).json();
    CHECK(cleared.at("Environment").at("Variables").empty());
}

TEST_CASE("UpdateFunctionConfiguration refuses bad settings", "[api][LambdaService]") {
    LambdaDesk desk;
    const json before = desk.create("resize").json();
    for (const json& change :
         {json{{"Timeout", 0}}, json{{"MemorySize", 64}}, json{{"Runtime", "cobol85"}}}) {
        INFO(change.dump());
        CHECK(desk.ask("PUT", kResize + "/configuration", change.dump()).status == 400);
    }
    CHECK(desk.ask("GET", kResize + "/configuration").json() == before);
}

TEST_CASE("DeleteFunction removes and retires", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    CHECK(desk.ask("DELETE", kResize, {}, {{"Qualifier", "$LATEST"}}).status == 400);
    const Reply deleted = desk.ask("DELETE", kResize);
    CHECK(deleted.status == 204);
    CHECK(deleted.text.empty());
    CHECK(desk.retired == std::vector<std::string>{"resize"});
    const Reply again = desk.ask("DELETE", kResize);
    CHECK(again.status == 404);
    CHECK(again.json().at("Message") == "Function not found: " + kArn);
}

TEST_CASE("Tags are added, listed and taken away", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize", {{"Tags", {{"team", "photo"}}}});
    const std::string path = "/2017-03-31/tags/" + kArn;
    const json more = {{"Tags", {{"lambent:endpoint", "open"}}}};
    CHECK(desk.ask("POST", path, more.dump()).status == 204);
    CHECK(
        desk.ask("GET", path).json().at("Tags") ==
        json{{"team", "photo"}, {"lambent:endpoint", "open"}}
    );
    CHECK(desk.retired == std::vector<std::string>{"resize"});
    CHECK(desk.ask("DELETE", path, {}, {{"tagKeys", "team"}, {"tagKeys", "none"}}).status == 204);
    CHECK(desk.ask("GET", path).json().at("Tags") == json{{"lambent:endpoint", "open"}});
    CHECK(desk.ask("POST", path, "{}").status == 400);
}

TEST_CASE("What tools read beside a function is there", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    const json versions = desk.ask("GET", kResize + "/versions").json().at("Versions");
    REQUIRE(versions.size() == 1);
    CHECK(versions[0].at("Version") == "$LATEST");
    CHECK(desk.ask("GET", kResize + "/aliases").json() == json{{"Aliases", json::array()}});
    CHECK(desk.ask("GET", "/2019-09-30/functions/resize/concurrency").json() == json::object());
}

TEST_CASE("A function's key cannot manage functions", "[api][LambdaService]") {
    LambdaDesk desk;
    desk.create("resize");
    desk.is_root = false;
    for (const Reply& reply :
         {desk.create("other"), desk.ask("GET", kResize), desk.ask("DELETE", kResize)}) {
        CHECK(reply.status == 403);
        CHECK(reply.header("x-amzn-ErrorType") == "AccessDeniedException");
    }
}

TEST_CASE("An operation that is not offered says so", "[api][LambdaService]") {
    LambdaDesk desk;
    const Reply reply = desk.ask("POST", "/2018-10-31/layers/", "{}");
    CHECK(reply.status == 404);
    CHECK(reply.header("x-amzn-ErrorType") == "UnknownOperationException");
}
