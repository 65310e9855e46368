// Frames cut from bytes that come in any pieces, and from bytes that nobody should send.
#include "runtime/environment/frame_reader.h"

#include "tests/unit/runtime/frame_guest.h"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace lambent;
using namespace lambent::runtime;
using namespace lambent::tests;

namespace {

struct Read {
    std::vector<FrameHead> heads;
    std::vector<std::string> texts;
    std::vector<std::string> payloads;
    bool malformed = false;
};

// Feeds `bytes` in pieces of at most `piece`.
Read read_all(const std::string& bytes, std::size_t piece, bool discard = false) {
    FrameReader reader;
    Read read;
    std::size_t at = 0;
    while (at < bytes.size() && !read.malformed) {
        const auto space = reader.space();
        REQUIRE(!space.empty());
        const std::size_t size = std::min({space.size(), piece, bytes.size() - at});
        std::copy_n(bytes.data() + at, size, space.data());
        at += size;
        reader.filled(size);
        for (;;) {
            const FrameReader::Step step = reader.step();
            if (step == FrameReader::Step::kBegun) {
                read.heads.push_back(reader.head());
                read.texts.push_back(reader.text());
                if (discard) {
                    reader.discard();
                }
            } else if (step == FrameReader::Step::kWhole) {
                read.payloads.push_back(reader.take_payload());
            } else {
                read.malformed = step == FrameReader::Step::kMalformed;
                break;
            }
        }
    }
    return read;
}

const std::string kLarge(600'000, 'x');

std::string conversation() {
    return frame(FrameType::kOpened) + next_frame() + response_frame(1, "{\"a\":1}") +
           next_frame() + frame(FrameType::kError, 2, "{}", "Function.Bad") + next_frame() +
           response_frame(3, kLarge) + next_frame() +
           frame(FrameType::kResponse, 4, "part", "", kMore) + response_frame(4, "");
}

}  // namespace

TEST_CASE("FrameReader cuts frames wherever the bytes are cut", "[runtime][FrameReader]") {
    const std::size_t piece = GENERATE(1, 7, 32, 33, 4096, 16 * 1024, 10'000'000);
    const Read read = read_all(conversation(), piece);
    CHECK_FALSE(read.malformed);
    REQUIRE(read.heads.size() == 10);
    REQUIRE(read.payloads.size() == 10);
    CHECK(read.heads[0].type == FrameType::kOpened);
    CHECK(read.heads[2].event == 1);
    CHECK(read.payloads[2] == "{\"a\":1}");
    CHECK(read.texts[4] == "Function.Bad");
    CHECK(read.payloads[6] == kLarge);
    CHECK(read.heads[8].flags == kMore);
    CHECK(read.payloads[9].empty());
}

TEST_CASE("FrameReader keeps nothing of a payload that is unwanted", "[runtime][FrameReader]") {
    const Read read = read_all(conversation(), 50'000, true);
    CHECK_FALSE(read.malformed);
    REQUIRE(read.payloads.size() == 10);
    for (const std::string& payload : read.payloads) {
        CHECK(payload.empty());
    }
}

TEST_CASE("FrameReader takes no memory for what is only promised", "[runtime][FrameReader]") {
    FrameReader reader;
    FrameHead head;
    head.type = FrameType::kResponse;
    head.payload_bytes = kGuestPayloadBytesMax;
    const auto bytes = encode(head);
    std::copy(bytes.begin(), bytes.end(), reader.space().data());
    reader.filled(bytes.size());
    CHECK(reader.step() == FrameReader::Step::kBegun);
    CHECK(reader.step() == FrameReader::Step::kStarved);
    CHECK(reader.space().size() <= 256 * 1024);
}

TEST_CASE("FrameReader refuses what no guest sends", "[runtime][FrameReader]") {
    std::string bytes = frame(FrameType::kResponse, 1, "1");
    SECTION("a type to the guest") {
        bytes[8] = static_cast<char>(FrameType::kEvent);
    }
    SECTION("a type that does not exist") {
        bytes[8] = 99;
    }
    SECTION("a flag that does not exist") {
        bytes[9] = 2;
    }
    SECTION("something where zeros are") {
        bytes[12] = 1;
    }
    SECTION("a text without end") {
        bytes[2] = 1;
    }
    SECTION("a payload without end") {
        bytes[7] = 8;
    }
    SECTION("a payload where none belongs") {
        bytes[8] = static_cast<char>(FrameType::kNext);
    }
    SECTION("HTTP") {
        bytes = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    CHECK(read_all(bytes, 1000).malformed);
}

// The seed is fixed: a failure repeats.
TEST_CASE("FrameReader survives mutated conversations", "[runtime][FrameReader]") {
    std::mt19937 random(20'260'101);
    const std::string sound = frame(FrameType::kOpened) + next_frame() +
                              response_frame(1, "{\"a\":1}") + next_frame() +
                              frame(FrameType::kError, 2, "{}", "Function.Bad");
    std::size_t refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes = sound;
        for (unsigned change = random() % 4; change < 4; ++change) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 3) {
                case 0:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 1:
                    bytes.erase(at, random() % 40);
                    break;
                default:
                    bytes.insert(at, std::string(random() % 40, static_cast<char>(random())));
            }
            if (bytes.empty()) {
                break;
            }
        }
        const Read read = read_all(bytes, 1 + random() % 100);
        refused += read.malformed ? 1 : 0;
        for (const std::string& payload : read.payloads) {
            CHECK(payload.size() <= bytes.size());
        }
    }
    CHECK(refused > 1000);
}
