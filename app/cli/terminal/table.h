#pragma once

#include "app/cli/terminal/style.h"

#include <string>
#include <vector>

namespace lambent::cli {

struct Column {
    std::string title;
    Align align = Align::kLeft;
};

// Rows under titles, each column as wide as its widest cell, two spaces apart, no lines: what
// people read and what `awk` splits.
class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add_row(std::vector<std::string> cells);
    bool empty() const { return rows_.empty(); }
    // Every line starts with `indent` spaces and ends without trailing ones.
    std::string render(const Style& style, int indent = 0) const;

  private:
    std::vector<int> widths() const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace lambent::cli
