#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::api {

// Collects what is wrong with the shape of a request, and words it as AWS does: all faults at once,
// as one error. Used for one request and thrown away.
class Constraints {
  public:
    void must_not_be_null(std::string_view field);
    void length(std::string_view field, std::string_view value, std::size_t min, std::size_t max);
    void range(std::string_view field, std::int64_t value, std::int64_t min, std::int64_t max);
    // `fits`: whether the value matches; the pattern itself is only quoted.
    void pattern(
        std::string_view field, std::string_view value, bool fits, std::string_view pattern
    );
    void one_of(
        std::string_view field, std::string_view value, const std::vector<std::string>& allowed
    );

    bool hold() const { return faults_.empty(); }
    // "2 validation errors detected: Value '…' at 'timeout' failed to satisfy constraint: …; …"
    std::string message() const;

  private:
    void add(std::string_view field, std::string_view value, std::string constraint);

    std::vector<std::string> faults_;
};

}  // namespace lambent::api
