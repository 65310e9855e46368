#include "api/wire/event_stream.h"
#include "base/files/content_hash.h"

#include <catch2/catch.hpp>

using namespace lambent;
using namespace lambent::api;

// What Python's zlib.crc32 and struct make of the same message.
TEST_CASE("A message of an event stream has lengths and checksums", "[api][EventStream]") {
    CHECK(to_hex(event_stream_message({}, "")) == "000000100000000005c248eb7d98c8ff");
    CHECK(
        to_hex(event_stream_message({{"a", "b"}}, "c")) ==
        "00000017000000065e8131ce016107000162630ecfe746"
    );
}

TEST_CASE("An event names its type and what it carries", "[api][EventStream]") {
    const std::string event = event_stream_event("PayloadChunk", "text/plain", "hi");
    CHECK(event.find(std::string("\x0b:event-type\7\0\x0cPayloadChunk", 27)) != std::string::npos);
    CHECK(event.find(std::string("\x0d:message-type\7\0\5event", 22)) != std::string::npos);
    CHECK(event.find("hi") == event.size() - 6);
}
