#include "api/admin/admin_service.h"

#include "api/wire/errors.h"
#include "api/wire/json.h"
#include "api/wire/record_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace lambent::api::admin {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRoot = "/_lambent/";
constexpr std::string_view kVersion = "0.1.0";
constexpr std::size_t kRecordsDefault = 100;
constexpr std::size_t kRecordsMax = 10'000;

http::Response json_answer(const Json& body) {
    http::Response response;
    response.headers.set("Content-Type", "application/json");
    response.body = dump_json(body);
    return response;
}

http::Response refusal(unsigned status, std::string name, std::string message) {
    return rest_json_error(AwsError(status, std::move(name), std::move(message)));
}

const char* name_of(scheduler::EnvironmentInfo::State state) {
    using State = scheduler::EnvironmentInfo::State;
    switch (state) {
        case State::kStarting:
            return "starting";
        case State::kIdle:
            return "idle";
        case State::kBusy:
            return "busy";
    }
    return "busy";
}

Json environment_json(const scheduler::EnvironmentInfo& info) {
    return Json{
        {"function", info.function},
        {"version", info.version},
        {"revisionId", info.revision_id},
        {"state", name_of(info.state)},
        {"memoryMb", info.memory_mb},
        {"ageMs", info.age.count()},
        {"idleMs", info.idle.count()},
        {"invocations", info.invocations},
        {"logStream", info.log_stream},
        {"frozen", info.frozen},
        {"provisioned", info.provisioned},
    };
}

std::string item_of(const Request& request, std::string_view name) {
    return std::string(http::find_item(request.query, name).value_or(""));
}

// The number asked for, zero when it is none.
std::size_t limit_of(const Request& request) {
    const std::string text = item_of(request, "limit");
    if (text.empty()) {
        return kRecordsDefault;
    }
    std::size_t limit = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
    const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return whole ? std::min(limit, kRecordsMax) : 0;
}

// "functions/NAME/evict" -> NAME and "evict"; empty when the path is another.
std::pair<std::string, std::string> function_and_what(std::string_view path) {
    constexpr std::string_view kBefore = "functions/";
    const std::size_t slash = path.rfind('/');
    if (!path.starts_with(kBefore) || slash <= kBefore.size()) {
        return {};
    }
    return {
        std::string(path.substr(kBefore.size(), slash - kBefore.size())),
        std::string(path.substr(slash + 1))};
}

http::Response failure_of(const Error& error) {
    return error.code() == Code::kNotFound
               ? refusal(404, "ResourceNotFoundException", error.message())
               : refusal(500, "ServiceException", error.message());
}

}  // namespace

Task<http::Response> AdminService::serve(Request request, http::BodyReader& /*body*/) {
    const std::string path =
        request.path.starts_with(kRoot) ? request.path.substr(kRoot.size()) : "";
    const bool is_get = request.head.method == "GET";
    if (is_get && path == "health") {
        const Json health{{"status", "ok"}, {"version", kVersion}};
        co_return json_answer(health);
    }
    if (!request.principal.is_root) {
        co_return refusal(403, "AccessDeniedException", "Only the owner's key may do that.");
    }
    if (is_get && path == "environments") {
        co_return environments();
    }
    if (is_get && path == "records") {
        co_return co_await records(std::move(request));
    }
    if (is_get && path == "clock") {
        co_return clock_.now();
    }
    if (request.head.method == "POST" && path == "clock/advance") {
        co_return co_await clock_.advance(std::move(request));
    }
    auto [function, what] = function_and_what(path);
    co_return co_await of_function(std::move(function), request.head.method, std::move(what));
}

http::Response AdminService::environments() const {
    Json all = Json::array();
    for (const scheduler::EnvironmentInfo& info : scheduler_.environments()) {
        all.push_back(environment_json(info));
    }
    return json_answer(Json{{"environments", std::move(all)}});
}

Task<http::Response> AdminService::records(Request request) {
    const std::size_t limit = limit_of(request);
    if (limit == 0) {
        co_return refusal(400, "InvalidParameterValueException", "limit must be a number above 0.");
    }
    std::vector<scheduler::InvocationRecord> found;
    const std::string request_id = item_of(request, "requestId");
    if (!request_id.empty()) {
        auto one = co_await records_.find(request_id);
        if (one.has_error()) {
            co_return refusal(500, "ServiceException", one.error().message());
        }
        if (one->has_value()) {
            found.push_back(std::move(**one));
        }
    } else {
        auto recent = co_await records_.recent(item_of(request, "function"), limit);
        if (recent.has_error()) {
            co_return refusal(500, "ServiceException", recent.error().message());
        }
        found = std::move(*recent);
    }
    Json all = Json::array();
    for (const scheduler::InvocationRecord& record : found) {
        all.push_back(record_json(record));
    }
    const Json body{{"records", std::move(all)}};
    co_return json_answer(body);
}

Task<http::Response> AdminService::of_function(
    std::string function, std::string method, std::string what
) {
    if (method == "POST" && what == "evict") {
        const Json body{{"evicted", scheduler_.evict(function)}};
        co_return json_answer(body);
    }
    const bool drop = what == "drop-page-cache";
    if (method == "POST" && (drop || what == "fill-page-cache")) {
        const CacheWish wish = drop ? CacheWish::kDrop : CacheWish::kFill;
        co_return co_await change_page_cache(std::move(function), wish);
    }
    if (method == "GET" && what == "stems") {
        co_return stems(function);
    }
    co_return refusal(404, "UnknownOperationException", "There is no such operation.");
}

http::Response AdminService::stems(const std::string& function) const {
    const Result<StartTools::Stems> found = tools_.stems(function);
    if (found.has_error()) {
        return failure_of(found.error());
    }
    return json_answer(Json{{"ready", found->ready}, {"wanted", found->wanted}});
}

Task<http::Response> AdminService::change_page_cache(std::string function, CacheWish wish) {
    const auto changed = co_await tools_.change_page_cache(std::move(function), wish);
    if (changed.has_error()) {
        co_return failure_of(changed.error());
    }
    Json parts = Json::array();
    for (const StartTools::CachedPart& part : *changed) {
        parts.push_back(Json{
            {"part", part.part},
            {"path", part.path},
            {"bytes", part.bytes.size},
            {"cachedBefore", part.bytes.before},
            {"cachedAfter", part.bytes.after},
        });
    }
    const Json body{{"parts", std::move(parts)}};
    co_return json_answer(body);
}

}  // namespace lambent::api::admin
