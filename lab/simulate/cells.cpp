#include "lab/simulate/cells.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace lambent::lab {
namespace {

template <class Number>
std::optional<Number> parse(std::string_view cell) {
    Number number{};
    const auto [end, failed] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    const bool whole = failed == std::errc() && end == cell.data() + cell.size();
    return whole ? std::optional(number) : std::nullopt;
}

std::string_view without_line_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) {
        line.remove_suffix(1);
    }
    return line;
}

}  // namespace

Cells::Cells(std::string_view line) : rest_(without_line_end(line)) {}

std::optional<std::string_view> Cells::next() {
    if (done_) {
        return std::nullopt;
    }
    const std::size_t comma = rest_.find(',');
    const std::string_view cell = rest_.substr(0, comma);
    done_ = comma == std::string_view::npos;
    if (!done_) {
        rest_.remove_prefix(comma + 1);
    }
    return cell;
}

std::optional<std::uint32_t> count_of(std::string_view cell) {
    if (cell.size() == 1 && cell[0] == '0') {  // nearly all of them
        return 0;
    }
    return parse<std::uint32_t>(cell);
}

std::optional<double> number_of(std::string_view cell) {
    const auto number = parse<double>(cell);
    return number && std::isfinite(*number) ? number : std::nullopt;
}

Result<std::vector<std::size_t>> columns_of(
    std::string_view header, const std::vector<std::string_view>& names
) {
    std::vector<std::string_view> all;
    Cells cells(header);
    while (const auto cell = cells.next()) {
        all.push_back(*cell);
    }
    std::vector<std::size_t> columns;
    for (const std::string_view name : names) {
        const auto found = std::find(all.begin(), all.end(), name);
        if (found == all.end()) {
            return Error(
                Code::kInvalidArgument, "trace", "has no column \"" + std::string(name) + "\""
            );
        }
        columns.push_back(static_cast<std::size_t>(found - all.begin()));
    }
    return columns;
}

std::optional<std::vector<std::string_view>> pick(
    std::string_view line, const std::vector<std::size_t>& columns
) {
    std::vector<std::string_view> picked(columns.size());
    std::size_t missing = columns.size();
    Cells cells(line);
    for (std::size_t at = 0; missing > 0; ++at) {
        const auto cell = cells.next();
        if (!cell) {
            return std::nullopt;
        }
        const auto wanted = std::find(columns.begin(), columns.end(), at);
        if (wanted != columns.end()) {
            picked[static_cast<std::size_t>(wanted - columns.begin())] = *cell;
            missing -= 1;
        }
    }
    return picked;
}

}  // namespace lambent::lab
