#pragma once

#include "api/lambda/lambda_service.h"
#include "api/lambda/sqs_event_writer.h"
#include "base/files/content_hash.h"
#include "base/sql/sqlite_driver.h"
#include "runtime/functions/qualified_functions.h"
#include "tests/support/fixed_body.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/scripted_invoker.h"
#include "tests/support/source_room.h"
#include "tests/support/temp_dir.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace lambent::tests {

// What came back from the door.
struct Reply {
    unsigned status = 0;
    http::Headers headers;
    std::string text;

    nlohmann::json json() const { return nlohmann::json::parse(text); }
    std::string header(std::string_view name) const {
        return std::string(headers.find(name).value_or(""));
    }
};

// The Lambda door over a real registry in a directory of its own; what runs functions is scripted.
class LambdaDesk {
  public:
    LambdaDesk();
    ~LambdaDesk();
    LambdaDesk(const LambdaDesk&) = delete;
    LambdaDesk& operator=(const LambdaDesk&) = delete;

    Reply ask(
        const std::string& method,
        const std::string& path,
        std::string body = {},
        const http::QueryItems& query = {},
        const std::vector<http::Headers::Field>& headers = {}
    );
    Reply create(const std::string& name, const nlohmann::json& changed = {});
    Reply invoke(
        const std::string& name,
        std::string payload,
        const std::vector<http::Headers::Field>& headers = {}
    );

    static constexpr char kFunctions[] = "/2015-03-31/functions";

    bool is_root = true;
    ManualClock clock;
    ScriptedInvoker invoker;
    KeptEvents events;
    api::Credentials credentials;
    std::vector<std::string> retired;
    scheduler::ProvisionedStatus provisioned_status;
    std::map<std::string, std::string> objects;  // "bucket/key"

    boost::asio::io_context loop;  // outlives the threads that post to it
    FakeSource source{loop};       // of event source mappings

  private:
    Task<Result<std::string>> read_object(std::string bucket, std::string key);
    api::lambda::LambdaPorts ports();
    triggers::EventSourceMappings::Ports mapping_ports();

    TempDir directory_;
    WorkerPool workers_{1};
    std::unique_ptr<sql::SqliteDriver> driver_;
    runtime::PackageStore packages_;
    runtime::FunctionRegistry functions_;
    runtime::AliasRegistry aliases_;
    runtime::QualifiedFunctions qualified_;
    scheduler::ConcurrencySettings concurrency_;
    scheduler::AsyncSettings async_settings_;
    api::lambda::SqsEventWriter event_writer_{"us-east-1"};
    triggers::EventSourceMappings mappings_;
    scheduler::StreamedInvocations streams_;
    triggers::FunctionUrls urls_;
    api::lambda::LambdaService service_;
};

// A zip with one stored file; `text` is what the file says.
std::string small_zip(const std::string& text);

}  // namespace lambent::tests
