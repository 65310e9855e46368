#include "api/schedules/schedules_service.h"

#include "api/schedules/operations.h"
#include "api/schedules/schedules_errors.h"
#include "api/wire/json.h"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace lambent::api::schedules {
namespace {

struct Offer {
    std::string_view method;
    std::string_view before;  // the subject
    std::string_view name;
    Served (*serve)(Call);
    bool has_subject = true;
};

constexpr std::array kOffers{
    Offer{"POST", "/schedules/", "CreateSchedule", create_schedule},
    Offer{"GET", "/schedules/", "GetSchedule", get_schedule},
    Offer{"PUT", "/schedules/", "UpdateSchedule", update_schedule},
    Offer{"DELETE", "/schedules/", "DeleteSchedule", delete_schedule},
    Offer{"GET", "/schedules", "ListSchedules", list_schedules, false},
    Offer{"POST", "/schedule-groups/", "CreateScheduleGroup", create_schedule_group},
    Offer{"GET", "/schedule-groups/", "GetScheduleGroup", get_schedule_group},
    Offer{"DELETE", "/schedule-groups/", "DeleteScheduleGroup", delete_schedule_group},
    Offer{"GET", "/schedule-groups", "ListScheduleGroups", list_schedule_groups, false},
    Offer{"GET", "/tags/", "ListTagsForResource", list_tags},
    Offer{"POST", "/tags/", "TagResource", tag_resource},
    Offer{"DELETE", "/tags/", "UntagResource", untag_resource},
};

const Offer* find_offer(std::string_view method, std::string_view path) {
    for (const Offer& offer : kOffers) {
        const bool fits = offer.has_subject
                              ? path.starts_with(offer.before) && path.size() > offer.before.size()
                              : path == offer.before;
        if (fits && offer.method == method) {
            return &offer;
        }
    }
    return nullptr;
}

Task<Answer<nlohmann::json>> read_body(http::BodyReader& body) {
    constexpr std::uint64_t kBytesMax = 1ULL << 20;
    const Result<std::string> text = co_await body.read_all(kBytesMax);
    if (text.has_error()) {
        co_return from_error(text.error());
    }
    Result<nlohmann::json> parsed = parse_json(text.value().empty() ? "{}" : text.value());
    if (parsed.has_error() || !parsed.value().is_object()) {
        co_return AwsError(400, "SerializationException", "The body is not a JSON object.");
    }
    co_return std::move(parsed).value();
}

Served perform(
    const Offer& offer,
    const SchedulesConfig& config,
    triggers::Schedules& schedules,
    const Request& request,
    http::BodyReader& reader
) {
    LAMBENT_CO_TRY(const nlohmann::json body, co_await read_body(reader));
    Call call(config, schedules, request.query, body);
    if (offer.has_subject) {
        call.subject = request.path.substr(offer.before.size());
    }
    co_return co_await offer.serve(std::move(call));
}

AwsError not_offered(const Request& request) {
    return {
        404,
        "UnknownOperationException",
        "lambent does not offer this operation of EventBridge Scheduler: " + request.head.method +
            " " + request.path};
}

AwsError denied(const Request& request, std::string_view operation) {
    return {
        403,
        "AccessDeniedException",
        "User: " + request.principal.name +
            " is not authorized to perform: scheduler:" + std::string(operation)};
}

http::Response render(const nlohmann::json& body) {
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    response.body = dump_json(body);
    return response;
}

}  // namespace

SchedulesService::SchedulesService(
    SchedulesConfig config, triggers::Schedules& schedules, Logger log
)
    : config_(std::move(config)), schedules_(schedules), log_(std::move(log)) {}

Task<http::Response> SchedulesService::serve(Request request, http::BodyReader& body) {
    const Offer* offer = find_offer(request.head.method, request.path);
    if (offer == nullptr) {
        co_return rest_json_error(not_offered(request));
    }
    if (!request.principal.is_root) {
        co_return rest_json_error(denied(request, offer->name));
    }
    const auto answer = co_await perform(*offer, config_, schedules_, request, body);
    if (answer.has_error()) {
        const AwsError error = answer.error();
        if (!error.is_callers_fault()) {
            log_.error(
                "schedules_failed", {{"operation", offer->name}, {"message", error.message()}}
            );
        }
        co_return rest_json_error(error);
    }
    co_return render(answer.value());
}

}  // namespace lambent::api::schedules
