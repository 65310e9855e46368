#pragma once

#include "runtime/environment/frame.h"

#include <cstdint>
#include <cstring>
#include <string>

namespace lambent::tests {

// The bytes of one frame as a guest sends it.
inline std::string frame(
    runtime::FrameType type,
    std::uint64_t event = 0,
    const std::string& payload = "",
    const std::string& text = "",
    std::uint8_t flags = 0,
    std::chrono::microseconds taken = {}
) {
    runtime::FrameHead head;
    head.type = type;
    head.event = event;
    head.flags = flags;
    head.text_bytes = static_cast<std::uint32_t>(text.size());
    head.payload_bytes = static_cast<std::uint32_t>(payload.size());
    head.deadline_ms = taken.count();  // the field that says how long an answer took
    const auto bytes = runtime::encode(head);
    return std::string(bytes.data(), bytes.size()) + text + payload;
}

inline std::string next_frame() {
    return frame(runtime::FrameType::kNext);
}

inline std::string response_frame(std::uint64_t event, const std::string& payload) {
    return frame(runtime::FrameType::kResponse, event, payload);
}

}  // namespace lambent::tests
