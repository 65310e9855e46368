#include "app/cli/measure/interruption.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>

namespace lambent::cli {
namespace {

constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};

volatile std::sig_atomic_t signal_came = 0;  // a handler can reach nothing else
std::array<struct sigaction, kSignals.size()> former_actions{};

void note_signal(int /*signal*/) {
    signal_came = 1;
}

}  // namespace

Interruption::Interruption() {
    signal_came = 0;
    struct sigaction action {};
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESETHAND | SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        ::sigaction(kSignals.at(i), &action, &former_actions.at(i));
    }
}

Interruption::~Interruption() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        ::sigaction(kSignals.at(i), &former_actions.at(i), nullptr);
    }
}

bool Interruption::happened() const {
    return signal_came != 0;
}

void Interruption::wait(std::chrono::milliseconds time) const {
    constexpr std::chrono::milliseconds kStep{20};
    for (; time.count() > 0 && !happened(); time -= kStep) {
        std::this_thread::sleep_for(std::min(time, kStep));
    }
}

}  // namespace lambent::cli
