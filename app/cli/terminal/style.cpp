#include "app/cli/terminal/style.h"

#include "app/cli/surroundings.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace lambent::cli {
namespace {

constexpr int kColumnsMax = 100;
constexpr int kColumnsMin = 60;

std::string_view sequence(Paint paint) {
    switch (paint) {
        case Paint::kPlain:
            return "";
        case Paint::kBold:
            return "\x1b[1m";
        case Paint::kDim:
            return "\x1b[2m";
        case Paint::kRed:
            return "\x1b[31m";
        case Paint::kGreen:
            return "\x1b[32m";
        case Paint::kYellow:
            return "\x1b[33m";
        case Paint::kCyan:
            return "\x1b[36m";
        case Paint::kMagenta:
            return "\x1b[35m";
    }
    return "";
}

int terminal_columns(int descriptor) {
    winsize size{};
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return kColumnsMax;
}

// The first of these that is set decides, as the C library has it. None set: most terminals and
// all log viewers show UTF-8, so that is assumed.
Glyphs locale_glyphs() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        std::string value = surroundings::variable(name).value_or("");
        if (value.empty()) {
            continue;
        }
        std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) {
            return static_cast<char>(std::toupper(c));
        });
        const bool utf8 =
            value.find("UTF-8") != std::string::npos || value.find("UTF8") != std::string::npos;
        return utf8 ? Glyphs::kUnicode : Glyphs::kAscii;
    }
    return Glyphs::kUnicode;
}

}  // namespace

bool is_terminal(int descriptor) {
    return ::isatty(descriptor) == 1;
}

Style Style::detect(int descriptor) {
    const bool terminal = is_terminal(descriptor);
    const bool refused = !surroundings::variable("NO_COLOR").value_or("").empty() ||
                         surroundings::variable("TERM").value_or("") == "dumb";
    const int columns = terminal ? terminal_columns(descriptor) : kColumnsMax;
    return Style(
        terminal && !refused ? Colour::kOn : Colour::kOff,
        locale_glyphs(),
        std::clamp(columns, kColumnsMin, kColumnsMax)
    );
}

std::string Style::paint(Paint paint, std::string_view text) const {
    if (!colour() || paint == Paint::kPlain || text.empty()) {
        return std::string(text);
    }
    return std::string(sequence(paint)) + std::string(text) + "\x1b[0m";
}

int display_width(std::string_view text) {
    int columns = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte == 0x1b) {
            const auto end = text.find('m', i);
            if (end == std::string_view::npos) {
                break;
            }
            i = end;
        } else if ((byte & 0xc0U) != 0x80U) {
            ++columns;
        }
    }
    return columns;
}

std::string pad(std::string_view text, int columns, Align align) {
    const int missing = std::max(0, columns - display_width(text));
    const std::string space(static_cast<std::size_t>(missing), ' ');
    return align == Align::kLeft ? std::string(text) + space : space + std::string(text);
}

std::string shorten(std::string_view text, int columns) {
    while (display_width(text) > columns) {
        auto last = text.size() - 1;
        while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xc0U) == 0x80U) {
            --last;
        }
        text = text.substr(0, last);
    }
    return std::string(text);
}

std::string repeat(std::string_view glyph, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) {
        text += glyph;
    }
    return text;
}

}  // namespace lambent::cli
