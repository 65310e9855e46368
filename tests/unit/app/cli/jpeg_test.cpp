#include "app/cli/demo/jpeg.h"

#include "app/cli/demo/photographs.h"
#include "tests/unit/app/cli/folder.h"

#include <catch2/catch.hpp>

namespace lambent::cli {
namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) {
        text += static_cast<char>(value);
    }
    return text;
}

const std::string kBegin = bytes({0xff, 0xd8});
const std::string kApp = bytes({0xff, 0xe0, 0, 6, 'J', 'F', 'I', 'F'});
const std::string kTables = bytes({0xff, 0xc4, 0, 4, 0xff, 0xc0});  // looks like a frame inside
const std::string kFrame = bytes({0xff, 0xc2, 0, 11, 8, 0x06, 0x40, 0x0a, 0x00, 3, 1, 0x11, 0});
const std::string kScan = bytes({0xff, 0xda, 0, 2, 1, 2, 3, 4});
const std::string kEnd = bytes({0xff, 0xd9});

TEST_CASE("A JPEG's size is the one of its frame header", "[app][jpeg]") {
    const auto size = jpeg_size(kBegin + kApp + kTables + kFrame + kScan + kEnd);
    REQUIRE(size.has_value());
    CHECK(*size == ImageSize{2560, 1600});
    CHECK(jpeg_size(kBegin + kApp + kFrame + kScan + kEnd + std::string(2, '\0')).has_value());
}

TEST_CASE("Bytes that are not a whole JPEG have no size", "[app][jpeg]") {
    CHECK_FALSE(jpeg_size("").has_value());
    CHECK_FALSE(jpeg_size("\x89PNG\r\n").has_value());
    CHECK_FALSE(jpeg_size(kBegin + kEnd).has_value());
    CHECK_FALSE(jpeg_size(kBegin + kApp + kFrame + kScan).has_value());  // cut off
    CHECK_FALSE(jpeg_size(kBegin + kApp + kScan + kEnd).has_value());    // no frame
    CHECK_FALSE(jpeg_size(kBegin + "nonsense" + kEnd).has_value());
    CHECK_FALSE(jpeg_size(kBegin + bytes({0xff, 0xe0, 0xff, 0xff}) + kEnd).has_value());
}

TEST_CASE("A thumbnail is right when it keeps the aspect to a pixel", "[app][jpeg]") {
    CHECK(is_scaled_to_width({2560, 1600}, {320, 200}, 320));
    CHECK(is_scaled_to_width({1600, 1203}, {320, 241}, 320));
    CHECK_FALSE(is_scaled_to_width({2560, 1600}, {320, 210}, 320));
    CHECK_FALSE(is_scaled_to_width({2560, 1600}, {319, 200}, 320));
    CHECK(is_scaled_to_width({1600, 2560}, {320, 512}, 320));
    CHECK(is_scaled_to_width({2560, 1600}, {320, 512}, 320));  // set upright
    CHECK_FALSE(is_scaled_to_width({0, 0}, {320, 0}, 320));
}

TEST_CASE(
    "Photographs are a folder's JPEGs by name, whatever else lies there", "[app][photographs]"
) {
    const tests::Folder folder;
    const std::string jpeg = kBegin + kFrame + kScan + kEnd;
    folder.write("b.JPG", jpeg);
    folder.write("a.jpeg", jpeg);
    folder.write("broken.jpg", "no");
    folder.write("notes.txt", jpeg);
    const auto photographs = load_photographs(folder.path(), 2);
    REQUIRE(photographs.has_value());
    REQUIRE(photographs->size() == 2);
    CHECK((*photographs)[0].name == "a.jpeg");
    CHECK((*photographs)[1].size == ImageSize{2560, 1600});
    CHECK(total_bytes(*photographs) == 2 * jpeg.size());
}

TEST_CASE("Too few photographs is an error that says what to do", "[app][photographs]") {
    const tests::Folder folder;
    const auto few = load_photographs(folder.path(), 8);
    REQUIRE(few.has_error());
    CHECK(
        few.error().message() == folder.string() +
                                     " has 0 JPEGs, the demo wants 8 — "
                                     "give a folder with more of them"
    );
}

}  // namespace
}  // namespace lambent::cli
