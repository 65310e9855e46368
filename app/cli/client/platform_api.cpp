#include "app/cli/client/platform_api.h"

#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

HttpCall call_of(const std::string& path) {
    HttpCall call;
    call.service = "lambent";
    call.path = "/_lambent" + path;
    return call;
}

EnvironmentView read_environment(const Json& entry) {
    EnvironmentView view;
    view.function = entry.at("function").get<std::string>();
    view.version = entry.value("version", "$LATEST");
    view.revision_id = entry.value("revisionId", "");
    view.state = entry.value("state", "");
    view.memory_mb = entry.value("memoryMb", 0U);
    view.age_ms = entry.value("ageMs", std::int64_t{0});
    view.idle_ms = entry.value("idleMs", std::int64_t{0});
    view.invocations = entry.value("invocations", std::uint64_t{0});
    view.log_stream = entry.value("logStream", "");
    view.frozen = entry.value("frozen", false);
    view.provisioned = entry.value("provisioned", false);
    return view;
}

}  // namespace

bool PlatformApi::healthy() {
    HttpCall call = call_of("/health");
    call.limit = std::chrono::milliseconds(2'000);
    const auto reply = client_.send(call);
    return reply.has_value() && reply->status == 200;
}

Result<std::vector<EnvironmentView>> PlatformApi::environments() {
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call_of("/environments")));
    try {
        std::vector<EnvironmentView> views;
        const Json document = Json::parse(reply.body);
        for (const Json& entry : document.at("environments")) {
            views.push_back(read_environment(entry));
        }
        return views;
    } catch (const Json::exception& failure) {
        return Error(
            Code::kInternal,
            std::string("the list of environments cannot be read: ") + failure.what()
        );
    }
}

Result<std::uint64_t> PlatformApi::evict(const std::string& function) {
    HttpCall call = call_of("/functions/" + function + "/evict");
    call.method = "POST";
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    const Json document = Json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
    return document.is_object() ? document.value("evicted", std::uint64_t{0}) : 0;
}

Result<ClockView> PlatformApi::clock() {
    return ask_clock(call_of("/clock"));
}

Result<ClockView> PlatformApi::advance_clock(std::chrono::milliseconds by) {
    HttpCall call = call_of("/clock/advance");
    call.method = "POST";
    call.query.emplace_back("ms", std::to_string(by.count()));
    call.limit = std::chrono::hours(1);  // functions run meanwhile
    return ask_clock(call);
}

Result<ClockView> PlatformApi::ask_clock(const HttpCall& call) {
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    try {
        const Json document = Json::parse(reply.body);
        ClockView view;
        view.kind = document.at("clock").get<std::string>();
        view.now = document.at("now").get<std::string>();
        view.now_ms = document.at("nowMs").get<std::int64_t>();
        return view;
    } catch (const Json::exception& failure) {
        return Error(Code::kInternal, std::string("the clock cannot be read: ") + failure.what());
    }
}

Result<StemsView> PlatformApi::stems(const std::string& function) {
    const HttpCall call = call_of("/functions/" + function + "/stems");
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    try {
        const Json document = Json::parse(reply.body);
        StemsView view;
        view.ready = document.at("ready").get<std::uint64_t>();
        view.wanted = document.at("wanted").get<std::uint64_t>();
        return view;
    } catch (const Json::exception& failure) {
        return Error(Code::kInternal, std::string("the stems cannot be read: ") + failure.what());
    }
}

Result<std::vector<CachedPart>> PlatformApi::drop_page_cache(const std::string& function) {
    return change_page_cache("/functions/" + function + "/drop-page-cache");
}

Result<std::vector<CachedPart>> PlatformApi::fill_page_cache(const std::string& function) {
    return change_page_cache("/functions/" + function + "/fill-page-cache");
}

Result<std::vector<CachedPart>> PlatformApi::change_page_cache(const std::string& path) {
    HttpCall call = call_of(path);
    call.method = "POST";
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    try {
        std::vector<CachedPart> parts;
        const Json document = Json::parse(reply.body);
        for (const Json& entry : document.at("parts")) {
            CachedPart part;
            part.part = entry.at("part").get<std::string>();
            part.path = entry.at("path").get<std::string>();
            part.bytes = entry.at("bytes").get<std::uint64_t>();
            part.cached_before = entry.at("cachedBefore").get<std::uint64_t>();
            part.cached_after = entry.at("cachedAfter").get<std::uint64_t>();
            parts.push_back(std::move(part));
        }
        return parts;
    } catch (const Json::exception& failure) {
        return Error(
            Code::kInternal, std::string("what is cached cannot be read: ") + failure.what()
        );
    }
}

Result<std::string> PlatformApi::fetch_records(const RecordQuery& query) {
    HttpCall call = call_of("/records");
    call.query.emplace_back("limit", std::to_string(query.limit));
    if (!query.function.empty()) {
        call.query.emplace_back("function", query.function);
    }
    if (!query.request_id.empty()) {
        call.query.emplace_back("requestId", query.request_id);
    }
    LAMBENT_TRY(HttpReply reply, send_ok(client_, call));
    return std::move(reply.body);
}

Result<std::vector<Record>> PlatformApi::records(const RecordQuery& query) {
    LAMBENT_TRY(const std::string body, fetch_records(query));
    return parse_records(body);
}

Result<std::vector<std::string>> PlatformApi::record_lines(const RecordQuery& query) {
    LAMBENT_TRY(const std::string body, fetch_records(query));
    try {
        std::vector<std::string> lines;
        const auto document = nlohmann::ordered_json::parse(body);
        for (const auto& record : document.at("records")) {
            lines.push_back(record.dump());
        }
        return lines;
    } catch (const nlohmann::ordered_json::exception& failure) {
        return Error(Code::kInternal, std::string("the records cannot be read: ") + failure.what());
    }
}

}  // namespace lambent::cli
