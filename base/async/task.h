#pragma once

#include <boost/asio/awaitable.hpp>

namespace lambent {

// A flow that runs on the event loop. Parameters by value, arguments named before co_await (a GCC
// 12 bug destroys braced and lambda temporaries inside a co_await expression twice).
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace lambent
