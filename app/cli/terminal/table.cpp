#include "app/cli/terminal/table.h"

#include <algorithm>

namespace lambent::cli {
namespace {

void trim_right(std::string& line) {
    const auto last = line.find_last_not_of(' ');
    line.erase(last == std::string::npos ? 0 : last + 1);
}

}  // namespace

void Table::add_row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    rows_.push_back(std::move(cells));
}

std::vector<int> Table::widths() const {
    std::vector<int> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        int width = display_width(columns_[i].title);
        for (const auto& row : rows_) {
            width = std::max(width, display_width(row[i]));
        }
        widths.push_back(width);
    }
    return widths;
}

std::string Table::render(const Style& style, int indent) const {
    const std::vector<int> width = widths();
    const std::string margin(static_cast<std::size_t>(indent), ' ');
    std::string text;
    auto add_line = [&](const std::vector<std::string>& cells, Paint paint) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            line += (i == 0 ? "" : "  ") + pad(cells[i], width[i], columns_[i].align);
        }
        trim_right(line);
        text += margin + style.paint(paint, line) + "\n";
    };
    std::vector<std::string> titles;
    for (const Column& column : columns_) {
        titles.push_back(column.title);
    }
    add_line(titles, Paint::kDim);
    for (const auto& row : rows_) {
        add_line(row, Paint::kPlain);
    }
    return text;
}

}  // namespace lambent::cli
