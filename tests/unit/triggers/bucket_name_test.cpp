#include "triggers/objects/bucket_name.h"

#include <catch2/catch.hpp>

#include <string>

using namespace lambent::triggers;

TEST_CASE("A bucket name follows S3's rules", "[triggers][bucket_name]") {
    for (const char* name : {"abc", "a1b", "my-photos", "my.photos.2026", "3com", "1.2.3"}) {
        CAPTURE(name);
        CHECK(is_bucket_name(name));
    }
    CHECK(is_bucket_name(std::string(63, 'a')));
    for (const char* name :
         {"",          "ab",      "..",         "Photos",        "my_photos",  "-abc",
          "abc-",      ".abc",    "abc.",       "a..b",          "a b",        "192.168.5.4",
          "1.2.3.4",   "xn--abc", "sthree-abc", "abc-s3alias",   "abc--ol-s3", "abc.mrap",
          "abc--x-s3", "a/b",     "a%b",        "amzn-s3-demo-x"}) {
        CAPTURE(name);
        CHECK_FALSE(is_bucket_name(name));
    }
    CHECK_FALSE(is_bucket_name(std::string(64, 'a')));
}

TEST_CASE("An object key is 1 to 1,024 bytes of UTF-8", "[triggers][bucket_name]") {
    CHECK(is_object_key("a"));
    CHECK(is_object_key("../x/./%2e"));
    CHECK(is_object_key(std::string(1024, 'k')));
    CHECK(is_object_key("\xE2\x82\xAC/\xF0\x9F\x98\x80"));
    CHECK_FALSE(is_object_key(""));
    CHECK_FALSE(is_object_key(std::string(1025, 'k')));
    CHECK_FALSE(is_object_key(std::string("a\0b", 3)));
    CHECK_FALSE(is_object_key("\xC0\xAF"));          // overlong '/'
    CHECK_FALSE(is_object_key("\xED\xA0\x80"));      // surrogate
    CHECK_FALSE(is_object_key("\xF4\x90\x80\x80"));  // beyond U+10FFFF
    CHECK_FALSE(is_object_key("\xE2\x82"));          // cut off
    CHECK_FALSE(is_object_key("\x80"));
}
