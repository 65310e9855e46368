// The smallest function in C++: what bench_cold_start starts for its C++ rows. With OVER_HTTP it
// leaves the platform's frames alone and speaks the Runtime API, as a foreign runtime does.
#include <cstdlib>

#include <lambent/function.h>

int main() {
    if (std::getenv("OVER_HTTP") != nullptr) {
        ::unsetenv("LAMBENT_CHANNEL_FD");
    }
    return lambent::run([](const lambent::Event&) -> lambent::Answer { return "null"; });
}
