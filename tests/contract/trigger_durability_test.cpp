#include "base/failpoint.h"
#include "tests/contract/cut_plan.h"
#include "tests/contract/trigger_world.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace lambent;
using tests::CutPlan;
using tests::FaultVfs;
using tests::FileDisk;
using tests::Harm;
using tests::Outside;
using tests::TempDir;
using tests::TriggerHome;
using tests::TriggerLife;
using tests::TriggerOutside;
namespace fs = std::filesystem;

namespace {

// Every failpoint that objects, messages and ticks pass on their way; what they set off passes
// those of async_durability_test.cpp.
const std::vector<std::string> kFailpoints{
    "file.created",
    "file.publish.named",
    "file.publish.renamed",
    "file.publish.synced",
    "file.written",
    "object.change.begun",
    "object.change.committed",
    "object.complete.appended",
    "object.complete.upload_erased",
    "object.discard.begun",
    "object.discard.done",
    "object.event.sent",
    "object.hide.marker_added",
    "object.hide.room_made",
    "object.part.row_added",
    "object.publish.ended",
    "object.put.raised",
    "object.put.room_made",
    "object.put.row_added",
    "object.remove.promoted",
    "object.remove.row_removed",
    "queue.change.begun",
    "queue.change.ended",
    "queue.dead_letter.moved",
    "queue.delete.message_removed",
    "queue.receive.delivery_counted",
    "queue.send.duplicate_noted",
    "queue.send.message_added",
    "schedule.end.row_removed",
    "schedule.put.begun",
    "schedule.put.committed",
    "schedule.put.row_added",
    "schedule.put.timer_set",
    "timer.end.removed",
    "timer.end.told",
    "timer.round.begun",
    "timer.round.committed",
    "timer.tick.advanced",
    "timer.tick.rung",
};

struct Verdict {
    bool struck = false;
    std::set<std::string> passed;
    std::size_t acknowledged = 0;
    std::vector<std::string> faults;
};

// What an acknowledged change left is there, with its bytes; of others the old or the new.
void check_objects(const TriggerOutside& outside, TriggerLife& life, Verdict& verdict) {
    for (const auto& [name, possible] : outside.objects) {
        const std::size_t slash = name.find('/');
        const auto bytes = life.object(name.substr(0, slash), name.substr(slash + 1));
        const bool is_absent = bytes.has_error() && bytes.error().code() == Code::kNotFound;
        const bool is_right = std::any_of(possible.begin(), possible.end(), [&](const int number) {
            return number == 0 ? is_absent
                               : bytes.has_value() && *bytes == TriggerOutside::content(number);
        });
        if (!is_right) {
            verdict.faults.push_back(
                name + (bytes.has_value() ? " has other bytes" : ": " + bytes.error().message())
            );
        }
    }
    for (const std::string& event : outside.events) {
        if (!outside.async.has_arrived(Outside::kTold, event) &&
            !outside.async.payloads.contains(event)) {
            verdict.faults.push_back("nobody was told of " + event);
        }
    }
}

// Files are those that rows name, and no others.
void check_files(const TriggerHome& home, TriggerLife& life, Verdict& verdict) {
    std::set<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(home.objects())) {
        if (entry.is_regular_file()) {
            files.insert(entry.path().filename().string());
        }
    }
    const std::set<std::string> named = life.blobs_named();
    for (const std::string& file : files) {
        if (!named.contains(file)) {
            verdict.faults.push_back("no row names the file " + file);
        }
    }
    if (!std::includes(files.begin(), files.end(), named.begin(), named.end())) {
        verdict.faults.emplace_back("files are missing");
    }
}

void check_messages(const TriggerOutside& outside, TriggerLife& life, Verdict& verdict) {
    const std::vector<std::string> there = life.messages();
    const std::set<std::string> once(there.begin(), there.end());
    if (once.size() != there.size()) {
        verdict.faults.emplace_back("a message is there twice");
    }
    if (there.size() != life.messages_counted()) {
        verdict.faults.emplace_back("the service counts other messages than there are");
    }
    for (const std::string& id : outside.sent) {
        if (!once.contains(id) && !outside.deleting.contains(id)) {
            verdict.faults.push_back("message " + id + " is lost");
        }
    }
    for (const std::string& id : outside.deleted) {
        if (once.contains(id)) {
            verdict.faults.push_back("message " + id + " has come back");
        }
    }
}

// Each tick of a schedule made one message, however often that was sent.
void check_ticks(const TriggerOutside& outside, Verdict& verdict) {
    std::map<std::string, std::map<std::string, std::set<std::string>>> ticks;  // by name and time
    const auto told = outside.async.arrived.find(Outside::kTold);
    if (told != outside.async.arrived.end()) {
        for (const std::string& body : told->second) {
            std::istringstream words(body);
            std::string first;
            std::string name;
            std::string time;
            std::string id;
            words >> first >> name >> time >> id;
            if (first == "tick") {
                ticks[name][time].insert(id);
            }
        }
    }
    for (const auto& [name, acknowledged] : outside.schedules) {
        const auto& of_schedule = ticks[name];
        const bool is_whole = of_schedule.size() == TriggerOutside::kTicks;
        if (!is_whole && (acknowledged || !of_schedule.empty())) {
            verdict.faults.push_back(
                "schedule " + name + " had " + std::to_string(of_schedule.size()) + " ticks"
            );
        }
        for (const auto& [time, ids] : of_schedule) {
            if (ids.size() != 1) {
                verdict.faults.push_back("schedule " + name + " ticked twice at " + time);
            }
        }
    }
}

// The disk of a home: a database and files whose power goes at the same moment.
struct Disk {
    explicit Disk(const TriggerHome& at) : home(at) { track(); }
    void track() {
        database.track(home.database_directory());
        files.track(home.objects());
    }
    void restart(FaultVfs::Loss loss, std::uint32_t seed) {
        files.restore(loss, seed);
        database.restore(loss, seed);
        track();
    }
    const TriggerHome& home;
    FaultVfs database;
    FileDisk files{database};
};

// A life that ends anywhere, so that the next one finds something to put in order.
WallTime live_first(Disk& disk, const CutPlan& plan, TriggerOutside& outside) {
    const WallTime start = from_unix_ms(1'767'225'600'000);
    disk.database.cut_power_at(40 + std::mt19937(plan.seed)() % 1'000);
    TriggerLife first(disk.home, disk.database, outside, start);
    if (first.is_open()) {
        first.be_used("1");
        first.run();
    }
    disk.database.cut_power_now();
    return first.now() + std::chrono::minutes(1);  // what was received is visible again
}

WallTime live_second(
    Disk& disk, const CutPlan& plan, TriggerOutside& outside, WallTime start, Verdict& verdict
) {
    tests::Striker striker(plan, disk.database, &disk.files);
    const ArmedFailpoints armed([&striker](std::string_view name) { striker.pass(name); });
    TriggerLife second(disk.home, disk.database, outside, start);
    if (second.is_open()) {
        second.be_used("2");
        second.run();
        // A full disk is no reason to wait for the next start.
        if (plan.harm == Harm::kFullDisk && !second.has_failed() && !second.rows_left().empty()) {
            verdict.faults.emplace_back("something is stuck");
        }
    }
    disk.database.cut_power_now();  // as it is
    verdict.struck = striker.has_struck();
    verdict.passed = striker.passed();
    return second.now();
}

enum class Files { kHonest, kLying };  // about syncs

Verdict live(const std::string& made, const CutPlan& plan, Files files = Files::kHonest) {
    const TempDir directory;
    fs::copy(made, directory.path(), fs::copy_options::recursive);
    const TriggerHome home(directory.path());
    TriggerOutside outside;
    outside.async.seed = plan.seed;
    Verdict verdict;
    Disk disk(home);
    WallTime now = live_first(disk, plan, outside);
    disk.restart(FaultVfs::Loss::kNothing, plan.seed);
    if (files == Files::kLying) {
        disk.files.lie_about_syncs();
    }
    now = live_second(disk, plan, outside, now, verdict);
    disk.restart(tests::loss_of(plan.harm, plan.seed), plan.seed);
    {
        TriggerLife third(home, disk.database, outside, now);
        if (!third.is_open()) {
            verdict.faults.emplace_back("the rooms do not open");
            return verdict;
        }
        third.run();
        if (const std::string left = third.rows_left(); !left.empty()) {
            verdict.faults.push_back("rows are left: " + left);
        }
        check_objects(outside, third, verdict);
        check_files(home, third, verdict);
        check_messages(outside, third, verdict);
    }
    check_ticks(outside, verdict);
    if (const std::string integrity = tests::integrity_of(home.database()); integrity != "ok") {
        verdict.faults.push_back("integrity: " + integrity);
    }
    verdict.acknowledged = outside.acknowledged;
    return verdict;
}

}  // namespace

TEST_CASE("Objects, messages and ticks survive harm at any failpoint", "[triggers][durability]") {
    const TempDir made;
    TriggerLife::make(TriggerHome(made.path()));
    std::set<std::string> passed;
    std::size_t struck = 0;
    std::size_t acknowledged = 0;
    const std::size_t runs = tests::runs_wanted(kFailpoints.size());
    for (std::size_t number = 0; number < runs; ++number) {
        const CutPlan plan = tests::nth_plan(kFailpoints, number);
        const Verdict verdict = live(made.path(), plan);
        CAPTURE(number, plan.failpoint, plan.passing, static_cast<int>(plan.harm));
        CHECK(verdict.faults == std::vector<std::string>());
        passed.insert(verdict.passed.begin(), verdict.passed.end());
        struck += verdict.struck ? 1 : 0;
        acknowledged += verdict.acknowledged;
    }
    if (runs >= kFailpoints.size()) {
        std::vector<std::string> never;
        for (const std::string& failpoint : kFailpoints) {
            if (!passed.contains(failpoint)) {
                never.push_back(failpoint);
            }
        }
        CHECK(never == std::vector<std::string>());
        CHECK(struck * 2 >= runs);
    }
    WARN(
        runs << " runs, " << struck << " struck, " << acknowledged
             << " acknowledged, 0 lost of them"
    );
}

TEST_CASE(
    "Files that were not synced are lost, and the checker sees it", "[triggers][durability]"
) {
    // The control: on such a disk the test above must fail, or it would prove nothing.
    const TempDir made;
    TriggerLife::make(TriggerHome(made.path()));
    CutPlan plan;
    plan.failpoint = "object.change.committed";
    plan.harm = Harm::kPowerCut;
    plan.passing = 9;
    std::size_t with_faults = 0;
    for (plan.seed = 0; plan.seed < 6; ++plan.seed) {
        with_faults += live(made.path(), plan, Files::kLying).faults.empty() ? 0 : 1;
    }
    CHECK(with_faults >= 1);  // mostly all six; what each has written when the power goes is chance
}
