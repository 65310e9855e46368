#pragma once

#include "base/result.h"

#include <nlohmann/json.hpp>

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

// How APIs lie in the database. each_field(fields, part) names a part's fields once, and a writer
// and a reader walk along that list.
namespace lambent::triggers {

// The part, to be read from or to be written to.
template <class Part, class Kind>
concept PartOf = std::same_as<std::remove_const_t<Part>, Kind>;

// Writes each field that it is shown into a document, which it borrows.
class FieldWriter {
  public:
    explicit FieldWriter(nlohmann::json& document) : document_(document) {}

    template <class T>
    void field(const char* name, const T& value) {
        document_[name] = value;
    }
    // Left out when there is none.
    template <class T>
    void field(const char* name, const std::optional<T>& value) {
        if (value) {
            document_[name] = *value;
        }
    }
    // Of a map, whose keys the parts have themselves.
    template <class Part>
    void list(
        const char* name, const std::map<std::string, Part>& parts, std::string Part::* /*key*/
    ) {
        nlohmann::json& items = document_[name] = nlohmann::json::array();
        for (const auto& [key, part] : parts) {
            items.push_back(part);
        }
    }

  private:
    nlohmann::json& document_;
};

// Reads each field that it is shown from a document, which it borrows; throws what json throws when
// one is missing or of another kind.
class FieldReader {
  public:
    explicit FieldReader(const nlohmann::json& document) : document_(document) {}

    template <class T>
    void field(const char* name, T& value) {
        document_.at(name).get_to(value);
    }
    template <class T>
    void field(const char* name, std::optional<T>& value) {
        const auto found = document_.find(name);
        if (found != document_.end() && !found->is_null()) {
            value = found->template get<T>();
        }
    }
    template <class Part>
    void list(const char* name, std::map<std::string, Part>& parts, std::string Part::*key) {
        for (const nlohmann::json& item : document_.at(name)) {
            Part part = item.get<Part>();
            std::string own_key = part.*key;
            parts.emplace(std::move(own_key), std::move(part));
        }
    }

  private:
    const nlohmann::json& document_;
};

template <class Part>
concept Listed = requires(FieldWriter& fields, const Part& part) {
    each_field(fields, part);
};

template <Listed Part>
void to_json(nlohmann::json& document, const Part& part) {
    FieldWriter fields(document);
    each_field(fields, part);
}

template <Listed Part>
void from_json(const nlohmann::json& document, Part& part) {
    FieldReader fields(document);
    each_field(fields, part);
}

template <class Api>
std::string row_text(const Api& api) {
    const nlohmann::json document = api;
    return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// `kind` is what the error calls it.
template <class Api>
Result<Api> read_row(const char* kind, const std::string& id, const std::string& text) {
    try {
        Api api = nlohmann::json::parse(text).get<Api>();
        api.id = id;
        return api;
    } catch (const nlohmann::json::exception& e) {
        return Error(Code::kCorrupted, std::string(kind) + " " + id + ": " + e.what());
    }
}

}  // namespace lambent::triggers
