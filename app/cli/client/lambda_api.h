#pragma once

#include "app/cli/client/http_client.h"
#include "app/cli/client/record.h"
#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::cli {

// What a function is told to be. The defaults are Lambda's.
struct FunctionSettings {
    std::string name;
    std::string runtime;
    std::string handler;
    std::string description;
    std::uint32_t memory_mb = 128;
    std::uint32_t timeout_s = 3;
    std::uint32_t ephemeral_storage_mb = 512;
    std::string architecture = "x86_64";
    std::string dead_letter_arn;  // of a queue or topic; empty: none
    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> tags;

    friend bool operator==(const FunctionSettings&, const FunctionSettings&) = default;
};

// What the daemon says a function is.
struct FunctionView {
    FunctionSettings settings;
    std::string arn;
    std::string code_sha256;  // base64, as Lambda has it
    std::uint64_t code_bytes = 0;
    std::string last_modified;
    std::string state;  // "Active", "Pending", "Failed"
    std::string state_reason;
    std::string last_update_status;
};

enum class InvokeMode { kWait, kAsync };
enum class InvokeStart { kAny, kForceCold, kForceBoot };  // boot: not from a stem

struct InvokeCall {
    std::string name;
    std::string payload = "{}";
    InvokeMode mode = InvokeMode::kWait;
    InvokeStart start = InvokeStart::kAny;
};

struct InvokeAnswer {
    int status = 0;
    std::string function_error;  // empty when the function succeeded
    std::string payload;
    std::string log_tail;
    std::string request_id;
    std::optional<Record> record;
    std::chrono::microseconds elapsed{0};
};

// The Lambda doors of the daemon, in Lambda's own REST API.
class LambdaApi {
  public:
    explicit LambdaApi(HttpClient& client) : client_(client) {}

    Result<std::optional<FunctionView>> find(const std::string& name);
    Result<std::vector<FunctionView>> list();
    Result<void> create(const FunctionSettings& settings, const std::string& zip);
    Result<void> update_code(const std::string& name, const std::string& zip);
    Result<void> update_settings(const FunctionSettings& settings);
    // The memory size alone, whatever else was configured meanwhile.
    Result<void> set_memory(const std::string& name, std::uint32_t memory_mb);
    Result<void> set_tags(const std::string& arn, const std::map<std::string, std::string>& tags);
    Result<void> remove_tags(const std::string& arn, const std::vector<std::string>& keys);
    Result<void> remove(const std::string& name);
    // Returns when the function is Active and its last update is done; Failed is an Error.
    Result<FunctionView> wait_until_ready(const std::string& name);
    Result<InvokeAnswer> invoke(const InvokeCall& call);

  private:
    HttpClient& client_;
};

}  // namespace lambent::cli
