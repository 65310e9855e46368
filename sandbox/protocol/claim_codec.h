#pragma once

#include "base/result.h"
#include "sandbox/protocol/messages.h"

#include <string>
#include <string_view>

namespace lambent::sandbox {

// The two messages of a claim in a form of their own, little-endian numbers and counted strings:
// reading and writing CBOR took a tenth of a claim. Their first byte is none that a CBOR map begins
// with. Nothing of what is decoded has been checked for sense.
bool is_claim_message(std::string_view text);

std::string encode_claim(const EquipRequest& request);
std::string encode_claim(const Equipped& equipped);
Result<EquipRequest> decode_equip_request(std::string_view text);
Result<Equipped> decode_equipped(std::string_view text);

}  // namespace lambent::sandbox
