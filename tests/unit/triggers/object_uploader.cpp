// Uploads objects until it is killed, and prints what was acknowledged, a line each:
// object_uploader DIRECTORY SEED
#include "tests/support/concurrently.h"
#include "tests/support/object_room.h"

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace {

using lambent::Task;
using lambent::tests::ObjectRoom;

void say(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

// One client: puts and deletes objects of its own; says what it does before it deletes and after
// every answer, so that the reader knows for each key what must be, and what may be.
Task<> client(ObjectRoom& room, unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0;; ++i) {
        const std::string key =
            "in/" + std::to_string(seed) + "-" + std::to_string(random() % 5) + ".jpg";
        if (random() % 4 == 0) {
            say("deleting " + key);
            auto removing = room.store->remove({"photos", key}, lambent::triggers::Cause());
            co_await std::move(removing);
            say("deleted " + key);
            continue;
        }
        // Few contents, so that many rows share one blob.
        const std::string size = std::to_string(random() % 7 * 40'000 + 1);
        say("putting " + key + " " + size);
        const auto put = co_await room.put_flow("photos", key, std::string(std::stoul(size), 'x'));
        if (put.has_error()) {
            std::abort();
        }
        say("put " + key + " " + size);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        return 2;
    }
    ObjectRoom room(argv[1]);
    const auto seed = static_cast<unsigned>(std::atoi(argv[2]));
    static_cast<void>(room.run(room.store->create_bucket("photos")));
    std::vector<lambent::triggers::NotificationRule> rules{
        {"r", "f", {"s3:ObjectCreated:*"}, "in/", ".jpg"}};
    room.run(room.store->set_notifications("photos", std::move(rules))).value();
    say("ready");
    std::vector<Task<>> clients;
    for (unsigned i = 0; i < 6; ++i) {
        clients.push_back(client(room, seed * 100 + i));
    }
    lambent::tests::run_concurrently(room.loop, std::move(clients));
    return 1;
}
