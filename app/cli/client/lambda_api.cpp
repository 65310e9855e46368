#include "app/cli/client/lambda_api.h"

#include "app/cli/client/service_error.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

#include <thread>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

constexpr char kFunctions[] = "/2015-03-31/functions";
// The longest timeout a function may have, and a little for the start and the way back.
constexpr std::chrono::milliseconds kInvokeLimit{930'000};

HttpCall json_call(const std::string& method, const std::string& path, const Json& body = {}) {
    HttpCall call;
    call.service = "lambda";
    call.method = method;
    call.path = path;
    if (!body.is_null()) {
        call.body = body.dump();
        call.headers.emplace_back("Content-Type", "application/json");
    }
    return call;
}

std::string path_of(const std::string& name, const std::string& rest = "") {
    return std::string(kFunctions) + "/" + name + rest;
}

Json configuration(const FunctionSettings& settings) {
    return Json{
        {"FunctionName", settings.name},
        {"Runtime", settings.runtime},
        {"Handler", settings.handler},
        {"Role", "arn:aws:iam::000000000000:role/lambent"},
        {"Description", settings.description},
        {"MemorySize", settings.memory_mb},
        {"Timeout", settings.timeout_s},
        {"EphemeralStorage", {{"Size", settings.ephemeral_storage_mb}}},
        {"Environment", {{"Variables", settings.environment}}},
        {"DeadLetterConfig", {{"TargetArn", settings.dead_letter_arn}}},
    };
}

FunctionView read_view(const Json& document) {
    FunctionView view;
    FunctionSettings& settings = view.settings;
    settings.name = document.at("FunctionName").get<std::string>();
    settings.runtime = document.value("Runtime", "");
    settings.handler = document.value("Handler", "");
    settings.description = document.value("Description", "");
    settings.memory_mb = document.value("MemorySize", settings.memory_mb);
    settings.timeout_s = document.value("Timeout", settings.timeout_s);
    settings.ephemeral_storage_mb =
        document.value(Json::json_pointer("/EphemeralStorage/Size"), settings.ephemeral_storage_mb);
    settings.environment = document.value(
        Json::json_pointer("/Environment/Variables"), std::map<std::string, std::string>()
    );
    settings.dead_letter_arn =
        document.value(Json::json_pointer("/DeadLetterConfig/TargetArn"), "");
    settings.architecture =
        document.value(Json::json_pointer("/Architectures/0"), settings.architecture);
    view.arn = document.value("FunctionArn", "");
    view.code_sha256 = document.value("CodeSha256", "");
    view.code_bytes = document.value("CodeSize", std::uint64_t{0});
    view.last_modified = document.value("LastModified", "");
    view.state = document.value("State", "Active");
    view.state_reason = document.value("StateReason", "");
    view.last_update_status = document.value("LastUpdateStatus", "Successful");
    return view;
}

Error unreadable(const Json::exception& failure) {
    return Error(
        Code::kInternal, std::string("the daemon's answer cannot be read: ") + failure.what()
    );
}

InvokeAnswer read_answer(const HttpReply& reply) {
    InvokeAnswer answer;
    answer.status = reply.status;
    answer.function_error = reply.header("x-amz-function-error");
    answer.payload = reply.body;
    answer.request_id = reply.header("x-amzn-requestid");
    answer.elapsed = reply.elapsed;
    if (!from_base64(reply.header("x-amz-log-result"), answer.log_tail)) {
        answer.log_tail.clear();
    }
    if (const std::string record = reply.header("x-lambent-record"); !record.empty()) {
        if (auto parsed = parse_record(std::string_view(record)); parsed.has_value()) {
            answer.record = *std::move(parsed);
        }
    }
    return answer;
}

}  // namespace

Result<std::optional<FunctionView>> LambdaApi::find(const std::string& name) {
    LAMBENT_TRY(const HttpReply reply, client_.send(json_call("GET", path_of(name))));
    if (reply.status == 404) {
        return std::optional<FunctionView>();
    }
    if (!reply.ok()) {
        return service_error(reply);
    }
    try {
        const Json document = Json::parse(reply.body);
        FunctionView view = read_view(document.at("Configuration"));
        view.settings.tags = document.value("Tags", view.settings.tags);
        return std::optional<FunctionView>(std::move(view));
    } catch (const Json::exception& failure) {
        return unreadable(failure);
    }
}

Result<std::vector<FunctionView>> LambdaApi::list() {
    std::vector<FunctionView> views;
    std::string marker;
    do {
        HttpCall call = json_call("GET", std::string(kFunctions) + "/");
        if (!marker.empty()) {
            call.query.emplace_back("Marker", marker);
        }
        LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
        try {
            const Json document = Json::parse(reply.body);
            for (const Json& entry : document.at("Functions")) {
                views.push_back(read_view(entry));
            }
            const auto next = document.find("NextMarker");
            const bool more = next != document.end() && next->is_string();
            marker = more ? next->get<std::string>() : "";
        } catch (const Json::exception& failure) {
            return unreadable(failure);
        }
    } while (!marker.empty());
    return views;
}

Result<void> LambdaApi::create(const FunctionSettings& settings, const std::string& zip) {
    Json body = configuration(settings);
    body["Code"] = {{"ZipFile", to_base64(zip)}};
    body["Architectures"] = {settings.architecture};
    body["Tags"] = settings.tags;
    LAMBENT_TRY(send_ok(client_, json_call("POST", kFunctions, body)));
    return {};
}

Result<void> LambdaApi::update_code(const std::string& name, const std::string& zip) {
    const Json body{{"ZipFile", to_base64(zip)}};
    LAMBENT_TRY(send_ok(client_, json_call("PUT", path_of(name, "/code"), body)));
    return {};
}

Result<void> LambdaApi::update_settings(const FunctionSettings& settings) {
    const Json body = configuration(settings);
    const HttpCall call = json_call("PUT", path_of(settings.name, "/configuration"), body);
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

Result<void> LambdaApi::set_memory(const std::string& name, std::uint32_t memory_mb) {
    const Json body{{"MemorySize", memory_mb}};
    LAMBENT_TRY(send_ok(client_, json_call("PUT", path_of(name, "/configuration"), body)));
    return {};
}

Result<void> LambdaApi::set_tags(
    const std::string& arn, const std::map<std::string, std::string>& tags
) {
    const Json body{{"Tags", tags}};
    LAMBENT_TRY(send_ok(client_, json_call("POST", "/2017-03-31/tags/" + arn, body)));
    return {};
}

Result<void> LambdaApi::remove_tags(const std::string& arn, const std::vector<std::string>& keys) {
    HttpCall call = json_call("DELETE", "/2017-03-31/tags/" + arn);
    for (const std::string& key : keys) {
        call.query.emplace_back("tagKeys", key);
    }
    LAMBENT_TRY(send_ok(client_, call));
    return {};
}

Result<void> LambdaApi::remove(const std::string& name) {
    LAMBENT_TRY(send_ok(client_, json_call("DELETE", path_of(name))));
    return {};
}

Result<FunctionView> LambdaApi::wait_until_ready(const std::string& name) {
    constexpr std::chrono::milliseconds kPause{25};
    constexpr int kTries = 2'400;  // a minute
    for (int i = 0; i < kTries; ++i) {
        LAMBENT_TRY(auto view, find(name));
        if (!view) {
            return Error(Code::kNotFound, name + " vanished while it was being deployed");
        }
        if (view->state == "Failed" || view->last_update_status == "Failed") {
            return Error(Code::kInvalidArgument, name + " failed: " + view->state_reason);
        }
        if (view->state == "Active" && view->last_update_status == "Successful") {
            return *std::move(view);
        }
        std::this_thread::sleep_for(kPause);
    }
    return Error(Code::kDeadline, name + " did not become Active within a minute");
}

Result<InvokeAnswer> LambdaApi::invoke(const InvokeCall& call) {
    HttpCall request;
    request.service = "lambda";
    request.method = "POST";
    request.path = path_of(call.name, "/invocations");
    request.body = call.payload;
    request.limit = kInvokeLimit;
    request.headers = {
        {"Content-Type", "application/json"},
        {"X-Amz-Invocation-Type", call.mode == InvokeMode::kAsync ? "Event" : "RequestResponse"},
    };
    if (call.mode == InvokeMode::kWait) {
        request.headers.emplace_back("X-Amz-Log-Type", "Tail");
        request.headers.emplace_back("X-Lambent-Record", "1");
    }
    if (call.start != InvokeStart::kAny) {
        const bool boot = call.start == InvokeStart::kForceBoot;
        request.headers.emplace_back("X-Lambent-Cold", boot ? "boot" : "1");
    }
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, request));
    return read_answer(reply);
}

}  // namespace lambent::cli
