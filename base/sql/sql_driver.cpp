#include "base/sql/sql_driver.h"

namespace lambent::sql {
namespace {

template <class T>
const T& checked(const Value& value) {
    const T* held = std::get_if<T>(&value);
    LAMBENT_ASSERT(held != nullptr);
    return *held;
}

}  // namespace

std::int64_t as_int(const Value& value) {
    return checked<std::int64_t>(value);
}

double as_double(const Value& value) {
    return checked<double>(value);
}

const std::string& as_text(const Value& value) {
    return checked<std::string>(value);
}

const std::string& as_blob(const Value& value) {
    return checked<Blob>(value).bytes;
}

bool is_null(const Value& value) {
    return std::holds_alternative<std::monostate>(value);
}

}  // namespace lambent::sql
