#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api {

// The members of one JSON object of a request, taken by name and type; null counts as absent. The
// first member of a wrong type leaves AWS's sentence in `fault`, which whoever owns it looks at
// once, when everything is read. Borrows both for as long as it lives.
class JsonFields {
  public:
    JsonFields(const nlohmann::json& object, std::string& fault);

    bool has(std::string_view name) const;
    std::optional<std::string> text(std::string_view name);
    std::optional<std::int64_t> number(std::string_view name);
    std::optional<double> decimal(std::string_view name);
    bool flag(std::string_view name);  // absent is false
    std::optional<std::vector<std::string>> texts(std::string_view name);
    std::optional<std::map<std::string, std::string>> text_map(std::string_view name);
    std::optional<std::map<std::string, double>> decimal_map(std::string_view name);
    std::optional<JsonFields> object(std::string_view name);

  private:
    const nlohmann::json* find(std::string_view name) const;
    void refuse(const nlohmann::json& value, std::string_view wanted);

    const nlohmann::json& object_;
    std::string& fault_;
};

}  // namespace lambent::api
