#include "app/cli/measure/memory_setting.h"

#include "app/cli/command.h"

namespace lambent::cli {

MemorySetting::~MemorySetting() {
    if (const Result<void> restored = restore(); restored.has_error()) {
        remark(
            "lambent: the memory size of " + function_ + " could not be put back to " +
            std::to_string(own_mb_) + " MB: " + restored.error().message()
        );
    }
}

Result<void> MemorySetting::set(std::uint32_t memory_mb) {
    if (memory_mb == now_mb_) {
        return {};
    }
    LAMBENT_TRY(lambda_.set_memory(function_, memory_mb));
    now_mb_ = memory_mb;
    LAMBENT_TRY(lambda_.wait_until_ready(function_));
    return {};
}

}  // namespace lambent::cli
