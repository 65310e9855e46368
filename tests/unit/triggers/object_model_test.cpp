// Random changes of versioned, suspended and plain buckets, compared with a model that knows
// nothing but lists. Sequences: LAMBENT_SEQUENCES, 2,000 by default; each seed can be run again.
#include "tests/support/object_room.h"
#include "triggers/objects/object_change.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

constexpr int kOperations = 14;

struct ModelVersion {
    std::string id;
    std::string content;  // empty: a delete marker
    std::string tag;
};

// One bucket: for each key its versions, the newest last.
struct Model {
    Versioning state = Versioning::kNever;
    std::map<std::string, std::vector<ModelVersion>> keys;

    const ModelVersion* current(const std::string& key) const {
        const auto found = keys.find(key);
        const bool shown =
            found != keys.end() && !found->second.empty() && !found->second.back().content.empty();
        return shown ? &found->second.back() : nullptr;
    }
    void add(const std::string& key, ModelVersion version) {
        if (version.id == kNullVersion) {
            erase(key, kNullVersion);
        }
        keys[key].push_back(std::move(version));
    }
    void erase(const std::string& key, const std::string& id) {
        std::erase_if(keys[key], [&id](const ModelVersion& version) { return version.id == id; });
    }
    std::set<std::string> contents() const {
        std::set<std::string> all;
        for (const auto& [key, versions] : keys) {
            for (const ModelVersion& version : versions) {
                all.insert(version.content);
            }
        }
        all.erase("");
        return all;
    }
    std::string text() const {
        std::string text;
        for (const auto& [key, versions] : keys) {
            for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
                text += key + " " + version->id + " " + version->content + " " + version->tag;
                text += version == versions.rbegin() ? " latest\n" : "\n";
            }
        }
        return text;
    }
};

// The same sequence of changes on rows and model.
class Walk {
  public:
    Walk(sql::Session& session, const ObjectChange::Tools& tools, unsigned seed)
        : session_(session), tools_(tools), random_(seed), bucket_("b" + std::to_string(seed)) {}

    // What differs; empty when nothing does.
    std::string run() {
        SqlBucketRepository(session_).insert({bucket_, WallTime()}).value();
        for (int step = 0; step < kOperations; ++step) {
            const std::set<std::string> before = model_.contents();
            ObjectChange change(session_, tools_);
            act(change);
            std::set<std::string> gone;
            for (const std::string& blob : change.unused_blobs().value()) {
                gone.insert(blob);
            }
            std::set<std::string> lost;
            const std::set<std::string> after = model_.contents();
            for (const std::string& content : before) {
                if (after.count(content) == 0) {
                    lost.insert(content);
                }
            }
            std::string wrong = gone == lost ? compare() : "the blobs that went";
            if (!wrong.empty()) {
                return "step " + std::to_string(step) + ": " + wrong;
            }
        }
        return {};
    }

  private:
    std::string any_key() { return std::string(1, static_cast<char>('a' + random_() % 3)); }
    std::string any_version(const std::string& key) {
        const auto& versions = model_.keys[key];
        return versions.empty() ? kNullVersion : versions[random_() % versions.size()].id;
    }

    void act(ObjectChange& change) {
        const std::string key = any_key();
        switch (random_() % 9) {
            case 0:
                return set_state(change);
            case 1:
            case 2:
            case 3:
                return put(change, key, bucket_ + std::to_string(random_() % 4), "");
            case 4:
                return copy(change, key, any_key());
            case 5:
            case 6:
                return remove(change, key);
            case 7:
                return remove_version(change, key, any_version(key));
            default:
                return tag(change, key, any_version(key));
        }
    }

    void set_state(ObjectChange& change) {
        model_.state = random_() % 2 == 0 ? Versioning::kEnabled : Versioning::kSuspended;
        change.buckets().set_versioning(bucket_, model_.state).value();
    }

    void put(
        ObjectChange& change,
        const std::string& key,
        const std::string& content,
        const std::string& tag
    ) {
        ObjectInfo object;
        object.bucket = bucket_;
        object.key = key;
        object.etag = object.blob = content;
        if (!tag.empty()) {
            object.tags["t"] = tag;
        }
        auto put = change.put(object, ObjectEventKind::kCreatedPut, Cause(), WriteCondition());
        const std::string id = put.value().version;
        model_.add(key, {id.empty() ? kNullVersion : id, content, tag});
    }

    void copy(ObjectChange& change, const std::string& from, const std::string& to) {
        const auto source = look_up(session_, {bucket_, from});
        const ModelVersion* expected = model_.current(from);
        if (source.has_value() != (expected != nullptr)) {
            wrong_ = "the source of a copy";
        } else if (expected != nullptr) {
            const ModelVersion copied = *expected;
            put(change, to, copied.content, copied.tag);
        }
    }

    void remove(ObjectChange& change, const std::string& key) {
        const Removed removed = change.remove({bucket_, key}, Removal(), Cause()).value();
        if (model_.state == Versioning::kNever) {
            model_.erase(key, kNullVersion);
        } else {
            model_.add(key, {removed.version, "", ""});
        }
    }

    void remove_version(ObjectChange& change, const std::string& key, const std::string& id) {
        change.remove({bucket_, key, id}, Removal(), Cause()).value();
        model_.erase(key, id);
    }

    void tag(ObjectChange& change, const std::string& key, const std::string& id) {
        const std::string text = std::to_string(random_() % 5);
        const auto tagged = change.set_tags(
            {bucket_, key, id}, {{"t", text}}, ObjectEventKind::kTaggingPut, Cause()
        );
        for (ModelVersion& version : model_.keys[key]) {
            if (version.id == id && !version.content.empty()) {
                version.tag = text;
            }
        }
        static_cast<void>(tagged);
    }

    std::string compare() {
        for (const char* key : {"a", "b", "c"}) {
            const auto found = look_up(session_, {bucket_, key});
            const ModelVersion* expected = model_.current(key);
            if (found.has_value() != (expected != nullptr) ||
                (expected != nullptr && found->etag != expected->content)) {
                return std::string("what ") + key + " is now";
            }
        }
        const std::string listed = listing();
        return wrong_.empty() && listed != model_.text() ? listed + "is not\n" + model_.text()
                                                         : wrong_;
    }

    std::string listing() {
        VersionRequest request;
        request.bucket = bucket_;
        request.limit = 1 + random_() % 5;
        SqlVersionRepository rows(session_);
        const FetchVersions fetch = [&](const VersionSeek& seek) {
            return rows.page(bucket_, "", seek);
        };
        std::string text;
        for (;;) {
            const VersionPage page = fold_versions(request, fetch).value();
            for (const VersionPage::Entry& entry : page.entries) {
                const ObjectInfo& object = entry.object;
                const auto tag = object.tags.find("t");
                text += object.key + " " + object.version + " " + object.blob + " " +
                        (tag == object.tags.end() ? "" : tag->second);
                text += entry.standing == Standing::kLatest ? " latest\n" : "\n";
                request.after_key = object.key;
                request.after_sequence = object.sequence;
            }
            if (!page.truncated) {
                return text;
            }
        }
    }

    sql::Session& session_;
    const ObjectChange::Tools& tools_;
    std::mt19937 random_;
    const std::string bucket_;
    Model model_;
    std::string wrong_;
};

unsigned sequences_wanted() {
    const char* text = std::getenv("LAMBENT_SEQUENCES");
    return text == nullptr ? 2000 : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

}  // namespace

TEST_CASE("Objects and their versions do what a list would do", "[triggers][model]") {
    constexpr unsigned kPerCommit = 200;
    ObjectRoom room;
    const ObjectChange::Tools tools{room.queue, room.outbox, room.writer, room.clock.wall_now()};
    const unsigned wanted = sequences_wanted();
    for (unsigned first = 0; first < wanted; first += kPerCommit) {
        auto wrong = std::make_shared<std::string>();
        sql::Work work = [=](sql::Session& session) -> Result<void> {
            for (unsigned seed = first; seed < std::min(first + kPerCommit, wanted); ++seed) {
                if (wrong->empty()) {
                    *wrong = Walk(session, tools, seed).run();
                    *wrong = wrong->empty() ? "" : "seed " + std::to_string(seed) + ", " + *wrong;
                }
            }
            return {};
        };
        room.run(room.driver->write(std::move(work))).value();
        REQUIRE(*wrong == "");
    }
}
