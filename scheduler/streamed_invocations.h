#pragma once

#include "base/async/task.h"
#include "base/async/task_scope.h"
#include "base/logger.h"
#include "scheduler/invocation.h"
#include "scheduler/response_stream.h"

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace lambent::scheduler {

// Starts invocations whose response is read while it is written. They run to their end, and are
// paid for, whether anybody still reads or not. Borrows the invoker. Owned by the composition root,
// who awaits `join` after the scheduler has stopped. Event loop's thread only.
class StreamedInvocations {
  public:
    StreamedInvocations(
        const boost::asio::any_io_executor& executor, Invoker& invoker, const Logger& log
    );

    // Shared by the reader and the invocation.
    std::shared_ptr<ResponseStream> start(Invocation invocation);
    Task<> join() { return flows_.join(); }

  private:
    static Task<> run(Invoker& invoker, Invocation invocation);

    boost::asio::any_io_executor executor_;
    Invoker& invoker_;
    TaskScope flows_;
};

}  // namespace lambent::scheduler
