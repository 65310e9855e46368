#include "base/json_depth.h"

#include <nlohmann/json.hpp>

#include <string>

namespace lambent {
namespace {

using nlohmann::json;

// Takes every event of a parse and keeps nothing but the depth.
class NestingWatch final : public nlohmann::json_sax<json> {
  public:
    explicit NestingWatch(int nesting_max) : nesting_max_(nesting_max) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool key(string_t&) override { return true; }
    bool start_object(std::size_t) override { return ++nesting_ <= nesting_max_; }
    bool start_array(std::size_t) override { return ++nesting_ <= nesting_max_; }
    bool end_object() override { return --nesting_ >= 0; }
    bool end_array() override { return --nesting_ >= 0; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

  private:
    int nesting_max_;
    int nesting_ = 0;
};

}  // namespace

bool is_shallow_json(std::string_view text, int nesting_max) {
    NestingWatch watch(nesting_max);
    return text.find('\0') == std::string_view::npos && json::sax_parse(text, &watch);
}

std::optional<json> parse_shallow_json(std::string_view text) {
    if (!is_shallow_json(text)) {
        return std::nullopt;
    }
    json value = json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        return std::nullopt;
    }
    return value;
}

}  // namespace lambent
