#include "triggers/patterns/text_fold.h"

namespace lambent::triggers {
namespace {

// Of letters that UTF-8 writes in two bytes.
char32_t lower(char32_t letter) {
    const auto within = [letter](char32_t first, char32_t last) {
        return letter >= first && letter <= last;
    };
    if ((within(0xC0, 0xDE) && letter != 0xD7) || (within(0x391, 0x3AB) && letter != 0x3A2) ||
        within(0x410, 0x42F)) {
        return letter + 0x20;
    }
    if (within(0x400, 0x40F)) {
        return letter + 0x50;
    }
    if (within(0x531, 0x556)) {
        return letter + 0x30;
    }
    const bool even_is_upper = within(0x100, 0x12F) || within(0x132, 0x137) ||
                               within(0x14A, 0x177) || within(0x460, 0x481) ||
                               within(0x48A, 0x4BF) || within(0x4D0, 0x52F) ||
                               within(0x1F8, 0x21F) || within(0x222, 0x233);
    if (even_is_upper) {
        return letter | 1U;
    }
    const bool odd_is_upper = within(0x139, 0x148) || within(0x179, 0x17E) ||
                              within(0x1CD, 0x1DC) || within(0x4C1, 0x4CE);
    if (odd_is_upper) {
        return letter + (letter & 1U);
    }
    return letter;
}

}  // namespace

std::string fold_case(std::string_view utf8) {
    std::string folded;
    folded.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        if (byte >= 'A' && byte <= 'Z') {
            folded += static_cast<char>(byte + ('a' - 'A'));
        } else if (byte >= 0xC3 && byte <= 0xDF && i + 1 < utf8.size()) {
            const auto next = static_cast<unsigned char>(utf8[++i]);
            const char32_t letter = lower((char32_t{byte} & 0x1F) << 6 | (char32_t{next} & 0x3F));
            folded += static_cast<char>(0xC0 | letter >> 6);
            folded += static_cast<char>(0x80 | (letter & 0x3F));
        } else {
            folded += utf8[i];
        }
    }
    return folded;
}

}  // namespace lambent::triggers
