#include "sandbox/protocol/messages.h"

#include "sandbox/protocol/claim_codec.h"

#include <nlohmann/json.hpp>

#include <exception>

namespace lambent::sandbox {
namespace {

using nlohmann::json;

// CBOR because environment variables and paths are bytes that need not be UTF-8.
std::string pack(const json& message) {
    std::string text;
    json::to_cbor(message, text);
    return text;
}

json binds_to_json(const std::vector<ReadOnlyBind>& binds) {
    json list = json::array();
    for (const ReadOnlyBind& bind : binds) {
        list.push_back({bind.host_path, bind.cell_path});
    }
    return list;
}

std::vector<ReadOnlyBind> binds_from_json(const json& from) {
    std::vector<ReadOnlyBind> binds;
    for (const json& bind : from) {
        binds.push_back({bind.at(0).get<std::string>(), bind.at(1).get<std::string>()});
    }
    return binds;
}

json spec_to_json(const CellSpec& spec) {
    return {
        {"label", spec.label},
        {"argv", spec.argv},
        {"environment", spec.environment},
        {"cwd", spec.working_directory},
        {"binds", binds_to_json(spec.binds)},
        {"ports", spec.listen_ports},
        {"memory", spec.memory_bytes},
        {"tmp", spec.tmp_bytes},
        {"cpu", spec.cpu.micro_cores},
        {"processes", spec.processes_max},
        {"files", spec.open_files_max},
        {"channel", spec.has_channel},
        {"stem", spec.is_stem},
    };
}

CellSpec spec_from_json(const json& from) {
    CellSpec spec;
    from.at("label").get_to(spec.label);
    from.at("argv").get_to(spec.argv);
    from.at("environment").get_to(spec.environment);
    from.at("cwd").get_to(spec.working_directory);
    spec.binds = binds_from_json(from.at("binds"));
    from.at("ports").get_to(spec.listen_ports);
    from.at("memory").get_to(spec.memory_bytes);
    from.at("tmp").get_to(spec.tmp_bytes);
    from.at("cpu").get_to(spec.cpu.micro_cores);
    from.at("processes").get_to(spec.processes_max);
    from.at("files").get_to(spec.open_files_max);
    from.at("channel").get_to(spec.has_channel);
    from.at("stem").get_to(spec.is_stem);
    return spec;
}

json to_json(const LaunchRequest& request) {
    return {{"kind", "launch"}, {"id", request.id}, {"spec", spec_to_json(request.spec)}};
}
json to_json(const KillRequest& request) {
    return {{"kind", "kill"}, {"id", request.id}};
}
json to_json(const StopRequest& /*request*/) {
    return {{"kind", "stop"}};
}

json to_json(const Hello& hello) {
    const int dialect = static_cast<int>(hello.dialect);
    return {{"kind", "hello"}, {"problem", hello.problem}, {"cgroup", dialect}};
}
json to_json(const Launched& launched) {
    return {
        {"kind", "launched"},
        {"id", launched.id},
        {"claimed", launched.claimed_ns},
        {"walled", launched.walled_ns},
        {"executed", launched.executed_ns},
    };
}
json to_json(const LaunchFailed& failed) {
    return {
        {"kind", "failed"},
        {"id", failed.id},
        {"stage", failed.stage},
        {"errno", failed.error_number},
        {"message", failed.message},
    };
}
json to_json(const Ended& ended) {
    return {
        {"kind", "ended"},
        {"id", ended.id},
        {"verdict", static_cast<int>(ended.report.verdict)},
        {"status", ended.report.status},
        {"signal", ended.report.signal},
        {"peak", ended.report.memory_peak_bytes},
        {"cpu", ended.report.cpu_time.count()},
    };
}
json to_json(const Notice& notice) {
    return {{"kind", "notice"}, {"event", notice.event}, {"text", notice.text}};
}

ExitVerdict verdict_from(int number) {
    if (number < 0 || number > static_cast<int>(ExitVerdict::kLost)) {
        throw std::out_of_range("verdict");
    }
    return static_cast<ExitVerdict>(number);
}

CgroupDialect dialect_from(int number) {
    if (number < 0 || number > static_cast<int>(CgroupDialect::kV2)) {
        throw std::out_of_range("cgroup");
    }
    return static_cast<CgroupDialect>(number);
}

Ended ended_from(const json& from) {
    Ended ended;
    from.at("id").get_to(ended.id);
    ended.report.verdict = verdict_from(from.at("verdict").get<int>());
    from.at("status").get_to(ended.report.status);
    from.at("signal").get_to(ended.report.signal);
    from.at("peak").get_to(ended.report.memory_peak_bytes);
    ended.report.cpu_time = std::chrono::microseconds(from.at("cpu").get<std::int64_t>());
    return ended;
}

Request request_from(const json& from) {
    const auto kind = from.at("kind").get<std::string>();
    if (kind == "launch") {
        return LaunchRequest{from.at("id").get<std::uint64_t>(), spec_from_json(from.at("spec"))};
    }
    if (kind == "kill") {
        return KillRequest{from.at("id").get<std::uint64_t>()};
    }
    if (kind == "stop") {
        return StopRequest{};
    }
    throw std::out_of_range("kind");
}

Event event_from(const json& from) {
    const auto kind = from.at("kind").get<std::string>();
    if (kind == "hello") {
        return Hello{
            from.at("problem").get<std::string>(), dialect_from(from.at("cgroup").get<int>())};
    }
    if (kind == "launched") {
        Launched launched;
        from.at("id").get_to(launched.id);
        from.at("claimed").get_to(launched.claimed_ns);
        from.at("walled").get_to(launched.walled_ns);
        from.at("executed").get_to(launched.executed_ns);
        return launched;
    }
    if (kind == "failed") {
        return LaunchFailed{
            from.at("id").get<std::uint64_t>(),
            from.at("stage").get<std::string>(),
            from.at("errno").get<int>(),
            from.at("message").get<std::string>()};
    }
    if (kind == "ended") {
        return ended_from(from);
    }
    if (kind == "notice") {
        return Notice{from.at("event").get<std::string>(), from.at("text").get<std::string>()};
    }
    throw std::out_of_range("kind");
}

template <class Message, class Read>
Result<Message> decode(std::string_view text, Read read) {
    try {
        return read(json::from_cbor(text));
    } catch (const std::exception& e) {
        return Error(
            Code::kInvalidArgument, "launcher", std::string("malformed message: ") + e.what()
        );
    }
}

template <class Message>
std::string text_of(const Message& message) {
    return pack(to_json(message));
}
std::string text_of(const EquipRequest& request) {
    return encode_claim(request);
}
std::string text_of(const Equipped& equipped) {
    return encode_claim(equipped);
}

}  // namespace

std::string encode(const Request& request) {
    return std::visit([](const auto& one) { return text_of(one); }, request);
}

std::string encode(const Event& event) {
    return std::visit([](const auto& one) { return text_of(one); }, event);
}

Result<Request> decode_request(std::string_view text) {
    if (is_claim_message(text)) {
        LAMBENT_TRY(EquipRequest equip, decode_equip_request(text));
        LAMBENT_TRY(validate(equip.what));
        return Request(std::move(equip));
    }
    LAMBENT_TRY(Request request, decode<Request>(text, request_from));
    if (const auto* launch = std::get_if<LaunchRequest>(&request)) {
        LAMBENT_TRY(validate(launch->spec));
    }
    return request;
}

Result<Event> decode_event(std::string_view text) {
    if (is_claim_message(text)) {
        LAMBENT_TRY(Equipped equipped, decode_equipped(text));
        return Event(std::move(equipped));
    }
    return decode<Event>(text, event_from);
}

}  // namespace lambent::sandbox
