#include "base/http/message.h"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace lambent::http {
namespace {

bool same_name(std::string_view a, std::string_view b) {
    return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

Error too_large() {
    return Error(Code::kTooLarge, "body", "the body is larger than is allowed here");
}

}  // namespace

void Headers::set(std::string_view name, std::string value) {
    remove(name);
    add(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [name](const Field& field) { return same_name(field.first, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const Field& field : fields_) {
        if (same_name(field.first, name)) {
            return field.second;
        }
    }
    return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(),
        fields_.end(),
        [name](const Field& field) { return same_name(field.first, name); }
    ));
}

Task<Result<std::string>> BodyReader::read_all(std::uint64_t limit_bytes) {
    const auto announced = content_length();
    if (announced && *announced > limit_bytes) {
        co_return too_large();
    }
    std::string all;
    for (;;) {
        LAMBENT_CO_TRY(std::string bytes, co_await read_some());
        if (bytes.empty()) {
            co_return all;
        }
        if (bytes.size() > limit_bytes - all.size()) {
            co_return too_large();
        }
        if (all.empty()) {
            all = std::move(bytes);
            all.reserve(announced.value_or(0));
        } else {
            all += bytes;
        }
    }
}

}  // namespace lambent::http
