#include "sandbox/launcher/chores.h"

#include <algorithm>
#include <utility>

namespace lambent::sandbox {

void Chores::add(Urgency urgency, Work work) {
    waiting_.at(static_cast<std::size_t>(urgency)).push_back(std::move(work));
}

bool Chores::do_one() {
    for (std::deque<Work>& line : waiting_) {
        if (!line.empty()) {
            const Work work = std::move(line.front());
            line.pop_front();  // before it runs: it may add more
            work();
            return true;
        }
    }
    return false;
}

bool Chores::empty() const {
    return std::all_of(waiting_.begin(), waiting_.end(), [](const auto& line) {
        return line.empty();
    });
}

void Chores::clear() {
    for (std::deque<Work>& line : waiting_) {
        line.clear();
    }
}

}  // namespace lambent::sandbox
