#include "scheduler/streamed_invocations.h"

#include <utility>

namespace lambent::scheduler {

StreamedInvocations::StreamedInvocations(
    const boost::asio::any_io_executor& executor, Invoker& invoker, const Logger& log
)
    : executor_(executor), invoker_(invoker), flows_(executor, log) {}

std::shared_ptr<ResponseStream> StreamedInvocations::start(Invocation invocation) {
    auto stream = std::make_shared<ResponseStream>(executor_);
    invocation.stream = stream;
    flows_.spawn("streamed_invocation", run(invoker_, std::move(invocation)));
    return stream;
}

Task<> StreamedInvocations::run(Invoker& invoker, Invocation invocation) {
    // However this flow ends, the reader is told.
    struct Told {
        std::shared_ptr<ResponseStream> stream;  // shared with the reader
        ~Told() { stream->finish(Error(Code::kInternal, "the invocation was given up")); }
    };
    const Told told{invocation.stream};
    Result<InvocationResult> result = co_await invoker.invoke(std::move(invocation));
    told.stream->finish(std::move(result));
}

}  // namespace lambent::scheduler
