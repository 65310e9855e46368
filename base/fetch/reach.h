#pragma once

namespace lambent {

// Which addresses something may be asked of or sent to: those of the internet, or any.
enum class Reach { kPublic, kAny };

}  // namespace lambent
