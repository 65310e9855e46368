#pragma once

#include "api/wire/errors.h"
#include "base/async/task.h"
#include "base/http/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace lambent::api::s3 {

AwsError malformed_post();
AwsError form_too_large();  // in what comes before the file

// A multipart/form-data body, read field by field, front to back; the file's bytes are not held.
// Borrows the body for its life. Errors: MalformedPOSTRequest, MaxPostPreDataLengthExceeded.
class FormBody {
  public:
    // Nothing when the content type is not that of a form.
    static std::optional<std::string> boundary_of(std::string_view content_type);

    FormBody(http::BodyReader& body, const std::string& boundary)
        : body_(body), delimiter_("\r\n--" + boundary) {}

    struct Field {
        std::string name;
        std::string file_name;  // of a file
        std::string content_type;
    };
    // The head of the next field; nothing behind the last one.
    Task<Answer<std::optional<Field>>> next_field();
    // The rest of the field's bytes, at most so many.
    Task<Answer<std::string>> value(std::size_t bytes_max);
    // Some of the field's bytes; empty at its end.
    Task<Answer<std::string>> some();

  private:
    Task<Answer<void>> fill();
    Task<Answer<std::string>> line();
    std::string_view rest() const { return std::string_view(held_).substr(start_); }

    http::BodyReader& body_;
    const std::string delimiter_;
    std::string held_ = "\r\n";  // the first delimiter has no line before it
    std::size_t start_ = 0;      // how much of it was read already
    bool in_field_ = false;
    bool at_end_ = false;  // of what the body had
};

}  // namespace lambent::api::s3
