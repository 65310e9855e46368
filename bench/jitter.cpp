// The machine's own unsteadiness: by how much a sleep of 200 us is overslept, on the processor that
// it is pinned to. What stands here no server on this machine can be rid of. Prints microseconds.
//   jitter [SAMPLES]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    constexpr long kSleepNs = 200'000;
    const int samples = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1'000;
    std::vector<double> late;
    for (int left = samples; left > 0; --left) {
        const timespec nap{0, kSleepNs};
        const auto began = Clock::now();
        ::nanosleep(&nap, nullptr);
        const std::chrono::duration<double, std::micro> took = Clock::now() - began;
        late.push_back(took.count() - kSleepNs / 1e3);
    }
    std::sort(late.begin(), late.end());
    std::printf(
        "{\"p50\":%.0f,\"p99\":%.0f,\"max\":%.0f}\n",
        late[late.size() / 2],
        late[late.size() * 99 / 100],
        late.back()
    );
}
