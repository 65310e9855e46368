#include "app/cli/terminal/percentiles.h"

#include <algorithm>

namespace lambent::cli {

Percentiles percentiles_of(std::vector<std::int64_t> values) {
    if (values.empty()) {
        return {};
    }
    std::sort(values.begin(), values.end());
    auto at = [&](std::size_t percent) {
        const std::size_t rank = (percent * values.size() + 99) / 100;  // rounded up, from 1
        return values[std::max<std::size_t>(rank, 1) - 1];
    };
    return {at(50), at(90), at(99)};
}

}  // namespace lambent::cli
