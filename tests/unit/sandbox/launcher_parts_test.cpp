#include "sandbox/launcher/cell_plan.h"
#include "sandbox/launcher/host_state.h"
#include "sandbox/launcher/poller.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

using namespace lambent::sandbox;
using lambent::UniqueFd;

TEST_CASE("Host uids of daemons stay in their own unused ranges", "[sandbox][HostState]") {
    std::set<uid_t> starts;
    for (int i = 0; i < 100; ++i) {
        const uid_t first = first_host_uid("instance-" + std::to_string(i));
        CHECK(first >= 1'900'000'000);
        CHECK(first < 2'147'000'000);
        CHECK(first % 20'000 == 0);
        starts.insert(first);
    }
    CHECK(starts.size() > 90);
    CHECK(first_host_uid("same") == first_host_uid("same"));
}

TEST_CASE("PreparedPlan holds what exec and the maps need", "[sandbox][CellPlan]") {
    CellSpec spec;
    spec.argv = {"/bin/a", "b"};
    spec.environment = {"K=v"};
    spec.tmp_bytes = 64 << 20;
    Filters filters;
    filters.guest.resize(3);
    PreparedPlan prepared(spec, filters, 5'000);
    const CellPlan& plan = prepared.plan();
    CHECK(std::string(plan.argv[0]) == "/bin/a");
    CHECK(std::string(plan.argv[1]) == "b");
    CHECK(plan.argv[2] == nullptr);
    CHECK(std::string(plan.environment[0]) == "K=v");
    CHECK(plan.environment[1] == nullptr);
    CHECK(plan.init_uid == 5'000);
    CHECK(plan.uid == 5'001);
    CHECK(std::string(plan.uid_map) == "993 5001 1\n");
    CHECK(std::string(plan.gid_map) == "990 5001 1\n");
    CHECK(
        std::string(plan.tmp_options) == "size=67108864,nr_inodes=8192,mode=0700,uid=5001,gid=5001"
    );
    CHECK(plan.guest_filter.len == 3);
}

TEST_CASE("Every stage of building a cell has a name", "[sandbox][CellPlan]") {
    std::set<std::string> names;
    for (auto i = static_cast<int>(Stage::kClone); i <= static_cast<int>(Stage::kWalled); ++i) {
        names.insert(to_string(static_cast<Stage>(i)));
    }
    CHECK(names.size() == static_cast<std::size_t>(Stage::kWalled) + 1);
    CHECK(std::string(to_string(Stage::kExec)) == "exec");
    CHECK(std::string(to_string(Stage::kWorkingDirectory)) == "working_directory");
    CHECK(std::string(to_string(static_cast<Stage>(99))) == "unknown");
}

TEST_CASE("Poller runs what is ready and nothing that was forgotten", "[sandbox][Poller]") {
    auto poller = Poller::create();
    REQUIRE(poller.has_value());
    const UniqueFd first(::eventfd(1, EFD_CLOEXEC));
    const UniqueFd second(::eventfd(1, EFD_CLOEXEC));
    int ran = 0;
    // Whichever runs first forgets both.
    const auto once = [&] {
        ++ran;
        poller->forget(first.get());
        poller->forget(second.get());
    };
    REQUIRE(poller->watch(first.get(), EPOLLIN, once).has_value());
    REQUIRE(poller->watch(second.get(), EPOLLIN, once).has_value());
    CHECK(poller->run_once(1'000).value());
    CHECK(ran == 1);
    CHECK_FALSE(poller->run_once(0).value());
}

TEST_CASE("Mount point that is a link is refused", "[sandbox][HostState]") {
    const lambent::tests::TempDir elsewhere;
    const lambent::tests::TempDir state;
    REQUIRE(make_mount_point(state.path()).has_value());
    REQUIRE(make_mount_point(state.path()).has_value());  // of a former life
    std::filesystem::remove(state.file("root"));
    std::filesystem::create_directory_symlink(elsewhere.path(), state.file("root"));
    const auto made = make_mount_point(state.path());
    REQUIRE(made.has_error());
    CHECK(made.error().code() == lambent::Code::kUnauthorised);
}
