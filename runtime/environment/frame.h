#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lambent::runtime {

// The frame that daemon and guest exchange over the socket that a cell inherits: a head of fixed
// size, little-endian, then its text (strings, each ended by a zero byte), then its payload.
//
//     offset  bytes
//          0      4  text_bytes
//          4      4  payload_bytes
//          8      1  type
//          9      1  flags
//         10      6  zero
//         16      8  event: its number in this environment, from 1; 0 where no event is meant
//         24      8  to the guest: deadline of the event, milliseconds since 1970
//                    to the daemon, with an answer: microseconds from the event's arrival until
//                    the answer, 1 at least; 0: not said
//
//     type            direction  text                                      payload
//      1  configure   to guest   program and arguments, for an empty cell  "KEY=value\0"…
//      2  event       to guest   request id, ARN, trace id, client context the event
//     16  opened      to daemon                                            none
//     17  next        to daemon                                            none
//     18  init error  to daemon  error type                                the error document
//     19  response    to daemon  its media type, or nothing                the answer, or a part
//     20  error       to daemon  error type                                the error document
//
// A guest says `opened` when its runtime runs, imports the function, and says `next`. Each answer
// is followed by another `next`; both fit into one write. A response may come in parts: all but the
// last carry kMore, and each goes on to a caller who wants it streamed; an error behind parts ends
// them. The first part's text says what the whole is.
//
// A stem, which has no function yet, says `next` at once, answers events that are only rehearsals,
// and one `next` is answered by `configure`: its environment variables. Then it imports the
// function that they name, says `next`, and is like any other guest. The stem in an empty cell has
// no runtime: it becomes the function's bootstrap, or the program that `configure` names.
enum class FrameType : std::uint8_t {
    kConfigure = 1,
    kEvent = 2,
    kOpened = 16,
    kNext = 17,
    kInitError = 18,
    kResponse = 19,
    kError = 20,
};

inline constexpr std::uint8_t kMore = 1;  // flag: another part of the response follows

inline constexpr std::size_t kFrameHeadBytes = 32;
inline constexpr std::uint32_t kGuestTextBytesMax = 4096;
// A response over Lambda's limit is read to its end up to here; a longer one is malformed.
inline constexpr std::uint32_t kGuestPayloadBytesMax = 64U << 20;

struct FrameHead {
    std::uint32_t text_bytes = 0;
    std::uint32_t payload_bytes = 0;
    FrameType type = FrameType::kEvent;
    std::uint8_t flags = 0;
    std::uint64_t event = 0;
    std::int64_t deadline_ms = 0;             // to the guest
    std::chrono::microseconds in_handler{0};  // to the daemon; 0: not said
};

std::array<char, kFrameHeadBytes> encode(const FrameHead& head);

// What a guest has sent; nothing when no well-behaved guest sends that. `bytes` has
// kFrameHeadBytes.
std::optional<FrameHead> decode_from_guest(std::string_view bytes);

}  // namespace lambent::runtime
