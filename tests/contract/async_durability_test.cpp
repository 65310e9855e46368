#include "base/failpoint.h"
#include "tests/contract/async_world.h"
#include "tests/contract/cut_plan.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace lambent;
using tests::AsyncLife;
using tests::CutPlan;
using tests::FaultVfs;
using tests::Harm;
using tests::Outside;
using tests::TempDir;

namespace {

// Every failpoint that an asynchronous event or a message passes on its way.
const std::vector<std::string> kFailpoints{
    "async.attempt.begun",
    "async.attempt.ended",
    "async.claim.begun",
    "async.claim.committed",
    "async.claim.counted",
    "async.claim.payload_read",
    "async.end.begun",
    "async.end.committed",
    "async.end.event_removed",
    "async.end.payload_removed",
    "async.end.told",
    "async.enqueue.begun",
    "async.enqueue.committed",
    "async.enqueue.event_added",
    "async.enqueue.payload_added",
    "async.recover.begun",
    "async.recover.committed",
    "async.recover.event_freed",
    "async.retry.begun",
    "async.retry.committed",
    "async.retry.event_freed",
    "outbox.add.begun",
    "outbox.add.committed",
    "outbox.add.content_added",
    "outbox.add.message_added",
    "outbox.claim.begun",
    "outbox.claim.committed",
    "outbox.claim.content_read",
    "outbox.claim.counted",
    "outbox.dead_letter.added",
    "outbox.dead_letter.begun",
    "outbox.dead_letter.committed",
    "outbox.done.begun",
    "outbox.done.committed",
    "outbox.recover.begun",
    "outbox.recover.committed",
    "outbox.recover.message_freed",
    "outbox.remove.content_removed",
    "outbox.remove.message_removed",
    "outbox.remove.next_freed",
    "outbox.retry.begun",
    "outbox.retry.committed",
    "outbox.retry.message_freed",
    "outbox.send.begun",
    "outbox.send.ended",
    "sql.checkpoint.begun",
    "sql.checkpoint.done",
    "sql.closure.done",
    "sql.group.answered",
    "sql.group.begun",
    "sql.group.committed",
    "sql.group.complete",
};

struct Plan : CutPlan {
    sql::SqliteConfig::Durability durability = sql::SqliteConfig::Durability::kFull;
    bool lying = false;  // the disk, about syncs
};

// A database that is made once and copied for each run: making one waits for a real disk. Its
// function tells both of its successes and of its failures.
struct AsyncTemplate {
    AsyncTemplate() {
        auto driver =
            sql::SqliteDriver::open(home.file("test.db"), AsyncLife::small_config()).value();
        driver->migrate(AsyncLife::migrations()).value();
        const SystemClock clock;
        scheduler::AsyncSettings settings(*driver, clock);
        scheduler::EventInvokeConfig config;
        config.function = "work";
        config.qualifier = "$LATEST";
        config.on_success = Outside::kWon;
        config.on_failure = Outside::kLost;
        tests::run_flow(loop, settings.put(std::move(config))).value();
        driver.reset();
    }
    void copy_to(const TempDir& other) const {
        std::filesystem::copy_file(home.file("test.db"), other.file("test.db"));
    }
    TempDir home;
    boost::asio::io_context loop;
};

struct Verdict {
    bool struck = false;
    std::set<std::string> passed;
    std::size_t acknowledged = 0;
    std::vector<std::string> lost;  // acknowledged, and never heard of again
    std::vector<std::string> faults;
};

// What was in a group arrived in its order, some of it perhaps twice.
void check_order(const Outside& outside, Verdict& verdict) {
    std::map<std::string, std::string> last;  // by group
    const auto at = outside.arrived.find(Outside::kFifo);
    if (at == outside.arrived.end()) {
        return;
    }
    for (const std::string& id : at->second) {
        const std::string group = id.substr(0, id.rfind('-'));
        if (last[group] > id) {
            verdict.faults.push_back(id + " came after " + last[group]);
        }
        last[group] = id;
    }
}

void check_outside(const Outside& outside, int lives, Verdict& verdict) {
    for (const std::string& id : outside.events) {
        if (!outside.event_has_ended(id)) {
            verdict.lost.push_back(id);
        }
    }
    for (const std::string& id : outside.messages) {
        if (!outside.message_has_ended(id)) {
            verdict.lost.push_back(id);
        }
    }
    for (const auto& [id, times] : outside.invocations) {
        // Two retries; each life may have cut one attempt whose end it did not write down.
        if (times > 3 + lives) {
            verdict.faults.push_back(id + " ran " + std::to_string(times) + " times");
        }
        // Both halves of a pair, or neither.
        const bool is_pair = id.starts_with("pe");
        if (is_pair && !outside.message_has_ended("pm" + id.substr(2))) {
            verdict.faults.push_back(id + " came without its message");
        }
    }
    verdict.acknowledged = outside.events.size() + outside.messages.size();
    check_order(outside, verdict);
}

// Three lives on one disk: the first ends anywhere, the second by the plan, the third in peace.
Verdict live(const AsyncTemplate& made, const Plan& plan) {
    const TempDir home;
    made.copy_to(home);
    const std::string path = home.file("test.db");
    sql::SqliteConfig config = AsyncLife::small_config();
    config.durability = plan.durability;
    Outside outside;
    outside.seed = plan.seed;
    FaultVfs disk;
    disk.track(home.path());
    std::mt19937 random(plan.seed);
    Verdict verdict;
    WallTime now = from_unix_ms(1'767'225'600'000);
    {
        disk.cut_power_at(20 + random() % 400);
        AsyncLife first(path, disk, outside, now, config);
        if (first.is_open()) {
            first.be_used("1");
            first.run();
            disk.cut_power_now();
        }
        now = first.now();
    }
    disk.restore(FaultVfs::Loss::kNothing, plan.seed);
    disk.track(home.path());
    if (plan.lying) {
        disk.lie_about_syncs();
    }
    {
        tests::Striker striker(plan, disk);
        const ArmedFailpoints armed([&striker](std::string_view name) { striker.pass(name); });
        AsyncLife second(path, disk, outside, now, config);
        if (second.is_open()) {
            second.be_used("2");
            second.run();
            // A full disk is no reason to wait for the next start.
            if (plan.harm == Harm::kFullDisk && !second.has_failed() &&
                (second.rows("async_event") != 0 || second.rows("outbox") != 0)) {
                verdict.faults.emplace_back("something is stuck");
            }
        }
        disk.cut_power_now();  // as it is
        now = second.now();
        verdict.struck = striker.has_struck();
        verdict.passed = striker.passed();
    }
    disk.restore(tests::loss_of(plan.harm, plan.seed), plan.seed);
    disk.track(home.path());
    {
        AsyncLife third(path, disk, outside, now, config);
        if (!third.is_open()) {
            verdict.faults.emplace_back("the database does not open");
            return verdict;
        }
        third.run();
        if (third.rows("async_event") != 0 || third.rows("outbox") != 0 ||
            third.rows("async_payload") != 0 || third.rows("outbox_content") != 0) {
            verdict.faults.emplace_back("rows are left");
        }
    }
    if (const std::string integrity = tests::integrity_of(path); integrity != "ok") {
        verdict.faults.push_back("integrity: " + integrity);
    }
    check_outside(outside, 3, verdict);
    return verdict;
}

}  // namespace

TEST_CASE("Nothing acknowledged is lost at any failpoint", "[async][durability]") {
    const AsyncTemplate made;
    std::set<std::string> passed;
    std::size_t struck = 0;
    std::size_t acknowledged = 0;
    const std::size_t runs = tests::runs_wanted(kFailpoints.size() * tests::kHarms);
    for (std::size_t number = 0; number < runs; ++number) {
        const Plan plan{tests::nth_plan(kFailpoints, number)};
        const Verdict verdict = live(made, plan);
        CAPTURE(number, plan.failpoint, plan.passing, static_cast<int>(plan.harm));
        CHECK(verdict.lost == std::vector<std::string>());
        CHECK(verdict.faults == std::vector<std::string>());
        passed.insert(verdict.passed.begin(), verdict.passed.end());
        struck += verdict.struck ? 1 : 0;
        acknowledged += verdict.acknowledged;
    }
    if (runs >= kFailpoints.size()) {
        const std::set<std::string> known(kFailpoints.begin(), kFailpoints.end());
        CHECK(passed == known);
        CHECK(struck * 2 >= runs);
    }
    WARN(
        runs << " runs, " << struck << " struck, " << acknowledged
             << " acknowledged, 0 lost of them"
    );
}

TEST_CASE("What is not synced is lost, and the checker sees it", "[async][durability]") {
    // The controls: with these settings the test above must fail, or it would prove nothing.
    const AsyncTemplate made;
    Plan plan;
    plan.failpoint = "async.enqueue.committed";
    plan.harm = Harm::kPowerCut;
    SECTION("relaxed durability") {
        plan.durability = sql::SqliteConfig::Durability::kRelaxed;
    }
    SECTION("a disk that lies about syncs") {
        plan.lying = true;
    }
    std::size_t with_loss = 0;
    for (plan.seed = 0; plan.seed < 24; ++plan.seed) {
        plan.passing = 2 + plan.seed % 4;
        with_loss += live(made, plan).lost.empty() ? 0 : 1;
    }
    CHECK(with_loss >= 4);
}
