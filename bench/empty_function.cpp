// The smallest function in C++: what bench_cold_start starts for its C++ rows.
#include <lambent/function.h>

int main() {
    return lambent::run([](const lambent::Event&) -> lambent::Answer { return "null"; });
}
