#include "api/s3/form_body.h"

#include "api/s3/s3_call.h"
#include "api/s3/s3_errors.h"

#include <algorithm>
#include <utility>

namespace lambent::api::s3 {
namespace {

constexpr std::size_t kLineBytesMax = 4096;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kHeadLinesMax = 16;
constexpr std::size_t kBoundaryBytesMax = 200;

// The value of `name` in "form-data; name=\"a\"; filename=\"b\"".
std::string parameter(std::string_view header, const std::string& name) {
    const std::string start = name + "=";
    std::size_t found = header.find(start);
    while (found != std::string_view::npos && found > 0 && header[found - 1] != ' ' &&
           header[found - 1] != ';') {
        found = header.find(start, found + 1);
    }
    if (found == std::string_view::npos) {
        return {};
    }
    std::string_view rest = header.substr(found + start.size());
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        return std::string(rest.substr(0, rest.find('"')));
    }
    return std::string(rest.substr(0, rest.find(';')));
}

}  // namespace

AwsError malformed_post() {
    return AwsError(
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data."
    );
}

AwsError form_too_large() {
    return AwsError(
        400,
        "MaxPostPreDataLengthExceeded",
        "Your POST request fields preceding the upload file were too large."
    );
}

std::optional<std::string> FormBody::boundary_of(std::string_view content_type) {
    constexpr std::string_view kType = "multipart/form-data";
    if (lower_case(content_type.substr(0, kType.size())) != kType) {
        return std::nullopt;
    }
    const std::string boundary = parameter(content_type, "boundary");
    if (boundary.empty() || boundary.size() > kBoundaryBytesMax) {
        return std::nullopt;
    }
    return boundary;
}

Task<Answer<void>> FormBody::fill() {
    if (at_end_) {
        co_return malformed_post();
    }
    LAMBENT_CO_TRY(const std::string bytes, in_s3(co_await body_.read_some()));
    at_end_ = bytes.empty();
    held_.erase(0, start_);
    start_ = 0;
    held_ += bytes;
    co_return at_end_ ? Answer<void>(malformed_post()) : Answer<void>();
}

Task<Answer<std::string>> FormBody::line() {
    const std::size_t bytes_max = kLineBytesMax + kLineEnd.size();
    std::size_t end = 0;
    while ((end = rest().substr(0, bytes_max).find(kLineEnd)) == std::string_view::npos) {
        if (rest().size() >= bytes_max) {
            co_return malformed_post();
        }
        LAMBENT_CO_TRY(co_await fill());
    }
    std::string text(rest().substr(0, end));
    start_ += end + kLineEnd.size();
    co_return text;
}

Task<Answer<std::optional<FormBody::Field>>> FormBody::next_field() {
    while (in_field_) {
        LAMBENT_CO_TRY(const std::string skipped, co_await some());
        in_field_ = !skipped.empty();
    }
    while (rest().size() < delimiter_.size() + 2) {
        LAMBENT_CO_TRY(co_await fill());
    }
    if (!rest().starts_with(delimiter_)) {
        co_return malformed_post();
    }
    start_ += delimiter_.size();
    if (rest().starts_with("--")) {
        co_return std::optional<Field>();
    }
    LAMBENT_CO_TRY(co_await line());
    Field field;
    for (std::size_t lines = 0;; ++lines) {
        LAMBENT_CO_TRY(const std::string header, co_await line());
        if (header.empty()) {
            break;
        }
        const auto colon = std::min(header.find(':'), header.size());
        const std::string name = lower_case(header.substr(0, colon));
        const std::string text = header.substr(std::min(colon + 2, header.size()));
        if (name == "content-disposition") {
            field.name = parameter(text, "name");
            field.file_name = parameter(text, "filename");
        } else if (name == "content-type") {
            field.content_type = text;
        }
        if (lines == kHeadLinesMax) {
            co_return malformed_post();
        }
    }
    in_field_ = true;
    co_return std::optional<Field>(std::move(field));
}

Task<Answer<std::string>> FormBody::some() {
    if (!in_field_) {
        co_return std::string();
    }
    for (;;) {
        const std::size_t held = rest().size();
        const std::size_t found = rest().find(delimiter_);
        if (found == 0) {
            in_field_ = false;
            co_return std::string();
        }
        // What could be the beginning of the delimiter waits for what follows.
        const std::size_t safe = found != std::string_view::npos ? found
                                 : held >= delimiter_.size()     ? held - delimiter_.size() + 1
                                                                 : 0;
        if (safe > 0) {
            std::string bytes(rest().substr(0, safe));
            start_ += safe;
            co_return bytes;
        }
        LAMBENT_CO_TRY(co_await fill());
    }
}

Task<Answer<std::string>> FormBody::value(std::size_t bytes_max) {
    std::string text;
    for (;;) {
        LAMBENT_CO_TRY(const std::string bytes, co_await some());
        if (bytes.empty()) {
            co_return text;
        }
        text += bytes;
        if (text.size() > bytes_max) {
            co_return form_too_large();
        }
    }
}

}  // namespace lambent::api::s3
