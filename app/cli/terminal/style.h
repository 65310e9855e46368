#pragma once

#include <string>
#include <string_view>

namespace lambent::cli {

enum class Paint { kPlain, kBold, kDim, kRed, kGreen, kYellow, kCyan, kMagenta };
enum class Colour { kOff, kOn };
enum class Glyphs { kAscii, kUnicode };

// How text may look on one output: whether it has colours, which glyphs, and how many columns.
// A value, decided once per output; the same text goes everywhere and only its paint differs.
class Style {
  public:
    Style(Colour colour, Glyphs glyphs, int columns)
        : colour_(colour), glyphs_(glyphs), columns_(columns) {}

    // What the descriptor (1 or 2) can show: colours only on a terminal without NO_COLOR, Unicode
    // unless the locale names another encoding, at most 100 columns.
    static Style detect(int descriptor);

    std::string paint(Paint paint, std::string_view text) const;
    bool unicode() const { return glyphs_ == Glyphs::kUnicode; }
    bool colour() const { return colour_ == Colour::kOn; }
    int columns() const { return columns_; }
    // One of two spellings: "—" where the output can show it, "--" where not.
    std::string_view pick(std::string_view unicode_text, std::string_view ascii_text) const {
        return unicode() ? unicode_text : ascii_text;
    }

  private:
    Colour colour_;
    Glyphs glyphs_;
    int columns_;
};

bool is_terminal(int descriptor);

// Columns that `text` takes: one per code point, none for colour sequences.
int display_width(std::string_view text);
enum class Align { kLeft, kRight };
std::string pad(std::string_view text, int columns, Align align);
// `text` when it fits, else its beginning.
std::string shorten(std::string_view text, int columns);
std::string repeat(std::string_view glyph, int times);

}  // namespace lambent::cli
