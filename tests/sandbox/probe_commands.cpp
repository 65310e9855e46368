#include "tests/sandbox/probe.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace lambent::probe {
namespace {

constexpr long kOnes = -1;

long long now_us(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000LL + time.tv_nsec / 1'000;
}

}  // namespace

int wait_for_ever(int /*argc*/, char** /*argv*/) {
    for (;;) {
        ::pause();
    }
}

int try_calls(int argc, char** argv) {
    int differing = 0;
    for (int i = 0; i < argc; ++i) {
        char* colon = nullptr;
        const long number = std::strtol(argv[i], &colon, 10);
        const int wanted = std::atoi(colon + 1);
        errno = 0;
        const long answer = ::syscall(number, kOnes, kOnes, kOnes, kOnes, kOnes, kOnes);
        if (answer != -1 || errno != wanted) {
            std::printf("call %ld: %ld, errno %d, not %d\n", number, answer, errno, wanted);
            ++differing;
        }
    }
    std::printf("%d calls tried\n", argc);
    return differing == 0 ? 0 : 1;
}

int foreign_abi(int argc, char** argv) {
#if defined(__x86_64__)
    if (argc == 1 && std::strcmp(argv[0], "i386") == 0) {
        long answer = 20;  // getpid there
        asm volatile("int $0x80" : "+a"(answer) : : "memory");
        std::printf("i386 answers %ld\n", answer);
        return 0;
    }
    constexpr long kX32Bit = 0x40000000;
    std::printf("x32 answers %ld\n", ::syscall(SYS_getpid | kX32Bit));
#endif
    return 0;
}

int make_zombies(int argc, char** argv) {
    const int count = argc == 1 ? std::atoi(argv[0]) : 0;
    for (int i = 0; i < count; ++i) {
        // A grandchild whose parent is gone falls to the cell's first process.
        if (::fork() == 0) {
            if (::fork() == 0) {
                ::_exit(0);
            }
            ::_exit(0);
        }
        int status = 0;
        ::syscall(SYS_wait4, -1, &status, 0, nullptr);
    }
    std::printf("%d made\n", count);
    std::fflush(stdout);
    for (;;) {
        ::pause();
    }
}

int fork_bomb(int /*argc*/, char** /*argv*/) {
    int made = 0;
    int refused = 0;
    while (refused < 10) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::setsid();
            for (;;) {
                ::pause();
            }
        }
        child > 0 ? ++made : ++refused;
    }
    std::printf("%d made, then %s\n", made, std::strerror(errno));
    std::fflush(stdout);
    for (;;) {
        ::pause();
    }
}

int spin(int argc, char** argv) {
    const long long limit = argc == 1 ? std::atoll(argv[0]) * 1'000 : 0;
    const long long begin = now_us(CLOCK_MONOTONIC);
    while (now_us(CLOCK_MONOTONIC) - begin < limit) {
    }
    const long long wall = now_us(CLOCK_MONOTONIC) - begin;
    std::printf("%lld %lld\n", now_us(CLOCK_PROCESS_CPUTIME_ID), wall);
    return 0;
}

int take_memory(int argc, char** argv) {
    const std::size_t bytes = (argc == 1 ? std::strtoul(argv[0], nullptr, 10) : 0) << 20U;
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        std::printf("mmap: %s\n", std::strerror(errno));
        return 1;
    }
    std::memset(memory, 1, bytes);
    std::printf("took %zu MiB\n", bytes >> 20U);
    return 0;
}

}  // namespace lambent::probe
