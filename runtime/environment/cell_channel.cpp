#include "runtime/environment/cell_channel.h"

namespace lambent::runtime {

Task<> CellChannel::close() {
    talk_.end(EnvironmentFsm::Event::kClose);
    if (frames_) {
        co_await frames_->close();
    }
    if (http_) {
        co_await http_->close();
    }
}

}  // namespace lambent::runtime
