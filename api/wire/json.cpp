#include "api/wire/json.h"

#include <nlohmann/json.hpp>

#include <set>
#include <vector>

namespace lambent::api {
namespace {

using nlohmann::json;

// Thrown through the parser by its callbacks; never leaves this file.
struct Refused {
    const char* why;
};

// Watches a parse: depth, and names that an object has twice.
class Watch {
  public:
    bool operator()(int depth, json::parse_event_t event, const json& parsed) {
        switch (event) {
            case json::parse_event_t::object_start:
                names_.emplace_back();
                check(depth);
                break;
            case json::parse_event_t::array_start:
                check(depth);
                break;
            case json::parse_event_t::object_end:
                names_.pop_back();
                break;
            case json::parse_event_t::key:
                if (!names_.back().insert(parsed.get_ref<const std::string&>()).second) {
                    throw Refused{"an object has the same name twice"};
                }
                break;
            case json::parse_event_t::array_end:
            case json::parse_event_t::value:
                break;
        }
        return true;
    }

  private:
    static void check(int depth) {
        if (depth >= kJsonDepthMax) {
            throw Refused{"the JSON is nested too deep"};
        }
    }
    std::vector<std::set<std::string>> names_;
};

// Takes every event of a parse and keeps nothing but the depth.
class DepthOnly final : public nlohmann::json_sax<json> {
  public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool key(string_t&) override { return true; }
    bool start_object(std::size_t) override { return ++depth_ <= kJsonDepthMax; }
    bool start_array(std::size_t) override { return ++depth_ <= kJsonDepthMax; }
    bool end_object() override { return --depth_ >= 0; }
    bool end_array() override { return --depth_ >= 0; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

  private:
    int depth_ = 0;
};

bool has_byte_order_mark(std::string_view text) {
    return text.starts_with("\xEF\xBB\xBF");
}

}  // namespace

Result<json> parse_json(std::string_view text) {
    if (has_byte_order_mark(text)) {
        return Error(Code::kInvalidArgument, "json", "the JSON begins with a byte order mark");
    }
    Watch watch;
    try {
        return json::parse(text, std::ref(watch));
    } catch (const Refused& refused) {
        return Error(Code::kInvalidArgument, "json", refused.why);
    } catch (const json::exception&) {
        return Error(Code::kInvalidArgument, "json", "the body is not JSON");
    }
}

bool is_json(std::string_view text) {
    if (has_byte_order_mark(text)) {
        return false;
    }
    DepthOnly depth;
    return json::sax_parse(text, &depth);
}

std::string dump_json(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string dump_json(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace lambent::api
