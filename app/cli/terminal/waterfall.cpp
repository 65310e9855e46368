#include "app/cli/terminal/waterfall.h"

#include "app/cli/terminal/format.h"

#include <algorithm>

namespace lambent::cli {
namespace {

constexpr int kLabelColumns = 18;
constexpr int kTimeColumns = 9;
constexpr int kShareColumns = 7;
constexpr int kBarColumnsMin = 16;

struct Shade {
    std::string_view unicode;
    std::string_view ascii;
    Paint paint;
};

Shade shade_of(PhaseOwner owner) {
    switch (owner) {
        case PhaseOwner::kPlatform:
            return {"░", "-", Paint::kCyan};
        case PhaseOwner::kRuntime:
            return {"▒", "=", Paint::kYellow};
        case PhaseOwner::kFunction:
            return {"█", "#", Paint::kGreen};
    }
    return {"█", "#", Paint::kPlain};
}

// The cells that a phase fills on a bar of `columns`. Rounding both ends of the same scale keeps
// neighbours touching; a phase too short for one cell keeps a hair line.
struct Span {
    int begin = 0;
    int cells = 0;
};

Span span_of(std::int64_t begin_us, std::int64_t us, std::int64_t total_us, int columns) {
    auto cell_at = [&](std::int64_t at) {
        return static_cast<int>((at * columns + total_us / 2) / total_us);
    };
    const int begin = cell_at(begin_us);
    const bool hair_line = 2 * us * columns < total_us;
    const int cells = hair_line ? 0 : cell_at(begin_us + us) - begin;
    return {std::min(begin, columns - 1), cells};
}

std::string bar_of(const Span& span, std::int64_t us, PhaseOwner owner, const Style& style) {
    const Shade shade = shade_of(owner);
    if (us == 0) {
        return "";
    }
    const std::string ink = span.cells > 0
                                ? repeat(style.pick(shade.unicode, shade.ascii), span.cells)
                                : std::string(style.pick("▏", "|"));
    return std::string(static_cast<std::size_t>(span.begin), ' ') + style.paint(shade.paint, ink);
}

}  // namespace

std::string render_waterfall(
    const PhaseTimes& times, EmptyPhases empty, const Style& style, int indent
) {
    const std::string margin(static_cast<std::size_t>(indent), ' ');
    const int columns = std::max(
        kBarColumnsMin, style.columns() - indent - kLabelColumns - kTimeColumns - kShareColumns - 3
    );
    const std::int64_t total = std::max<std::int64_t>(total_of(times), 1);
    std::string text;
    std::int64_t at = 0;
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        const std::int64_t us = times.at(i);
        if (us == 0 && empty == EmptyPhases::kHide) {
            continue;
        }
        const PhaseKind& phase = kPhases.at(i);
        const std::string bar = bar_of(span_of(at, us, total, columns), us, phase.owner, style);
        const std::string time = us == 0 ? std::string(style.pick("–", "-")) : format_us(us, style);
        const std::string share =
            us == 0 ? "" : format_percent(static_cast<double>(us) / static_cast<double>(total));
        std::string numbers = pad(time, kTimeColumns, Align::kRight);
        numbers += us == 0 ? "" : pad(share, kShareColumns + 1, Align::kRight);
        text += margin + pad(phase.label, kLabelColumns, Align::kLeft) +
                pad(bar, columns, Align::kLeft) + "  " +
                (us == 0 ? style.paint(Paint::kDim, numbers) : numbers) + "\n";
        at += us;
    }
    text += margin +
            style.paint(
                Paint::kBold,
                pad("total", kLabelColumns + columns, Align::kLeft) + "  " +
                    pad(format_us(total_of(times), style), kTimeColumns, Align::kRight)
            ) +
            "\n";
    return text;
}

std::string waterfall_legend(const Style& style) {
    auto part = [&](PhaseOwner owner, std::string_view who) {
        const Shade shade = shade_of(owner);
        return style.paint(shade.paint, repeat(style.pick(shade.unicode, shade.ascii), 2)) + " " +
               std::string(who);
    };
    return part(PhaseOwner::kPlatform, "lambent") + "    " +
           part(PhaseOwner::kRuntime, "the language's runtime") + "    " +
           part(PhaseOwner::kFunction, "the function's own code");
}

}  // namespace lambent::cli
