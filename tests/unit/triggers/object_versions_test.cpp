#include "tests/support/object_room.h"
#include "triggers/objects/version_id.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

using What = Removed::What;

struct Shelf : ObjectRoom {
    Shelf() { run(store->create_bucket("photos")).value(); }

    void versioning(Versioning state) { run(store->set_versioning("photos", state)).value(); }
    Removed remove(const std::string& key, const std::string& version = "") {
        return run(store->remove({"photos", key, version}, Cause())).value();
    }
    Result<ObjectInfo> head(const std::string& key, const std::string& version = "") {
        return run(store->head({"photos", key, version}));
    }
    std::string etag(const std::string& key, const std::string& version = "") {
        const auto found = head(key, version);
        return found.has_value() ? found->etag : found.error().subject();
    }
    // "<version> <standing>" of all, in the order of the listing.
    std::vector<std::string> listed() {
        VersionRequest request;
        request.bucket = "photos";
        std::vector<std::string> lines;
        for (const auto& entry : run(store->versions(request)).value().entries) {
            lines.push_back(
                entry.object.key + " " + entry.object.version +
                (entry.object.is_marker() ? " marker" : "") +
                (entry.standing == Standing::kLatest ? " latest" : "")
            );
        }
        return lines;
    }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("A bucket never versioned does not speak of versions", "[triggers][versions]") {
    Shelf shelf;
    CHECK(shelf.put("a", "1").version.empty());
    CHECK(shelf.head("a")->version.empty());
    CHECK(shelf.head("a", "null").has_value());
    CHECK(shelf.listed() == Lines{"a null latest"});
    CHECK(shelf.remove("a").version.empty());
    CHECK(shelf.remove("a").what == What::kNothing);
    CHECK(shelf.listed().empty());
}

TEST_CASE("A versioned bucket keeps what is overwritten or deleted", "[triggers][versions]") {
    Shelf shelf;
    const ObjectInfo before = shelf.put("a", "0");
    shelf.versioning(Versioning::kEnabled);
    const ObjectInfo first = shelf.put("a", "1");
    const ObjectInfo second = shelf.put("a", "2");
    CHECK(is_version_id(first.version));
    CHECK(first.version < second.version);
    CHECK(shelf.etag("a") == second.etag);
    CHECK(shelf.etag("a", first.version) == first.etag);
    CHECK(shelf.etag("a", "null") == before.etag);
    CHECK(shelf.head("a", "null")->version == "null");
    const Removed hidden = shelf.remove("a");
    CHECK(hidden.what == What::kMarkerMade);
    CHECK(shelf.etag("a") == "marker");
    CHECK(shelf.etag("a", hidden.version) == "marker_version");
    CHECK(shelf.etag("a", make_version_id(1)) == "version");
    CHECK(shelf.run(shelf.store->marker({"photos", "a"}))->version == hidden.version);
    CHECK(
        shelf.listed() ==
        Lines{
            "a " + hidden.version + " marker latest",
            "a " + second.version,
            "a " + first.version,
            "a null"}
    );
    CHECK(shelf.files().size() == 3);
    CHECK(shelf.run(shelf.store->delete_bucket("photos")).error().subject() == "bucket_not_empty");
    CHECK(shelf.run(shelf.store->list({"photos", "", "", ""})).value().objects.empty());
}

TEST_CASE("Removing versions brings older ones back", "[triggers][versions]") {
    Shelf shelf;
    shelf.versioning(Versioning::kEnabled);
    const ObjectInfo first = shelf.put("a", "1");
    const ObjectInfo second = shelf.put("a", "2");
    const Removed hidden = shelf.remove("a");
    const Removed shown = shelf.remove("a", hidden.version);
    CHECK(shown.what == What::kMarkerRemoved);
    CHECK(shown.version == hidden.version);
    CHECK(shelf.etag("a") == second.etag);
    CHECK(shelf.remove("a", second.version).what == What::kObject);
    CHECK(shelf.etag("a") == first.etag);
    CHECK(shelf.files().size() == 1);
    CHECK(shelf.remove("a", second.version).what == What::kNothing);
    CHECK(shelf.remove("a", first.version).what == What::kObject);
    CHECK(shelf.etag("a") == "object");
    CHECK(shelf.files().empty());
    CHECK(shelf.remove("never there").what == What::kMarkerMade);
}

TEST_CASE("A suspended bucket has one null version a key", "[triggers][versions]") {
    Shelf shelf;
    shelf.put("a", "0");
    shelf.versioning(Versioning::kEnabled);
    const ObjectInfo kept = shelf.put("a", "1");
    shelf.versioning(Versioning::kSuspended);
    CHECK(shelf.put("a", "2").version == "null");
    CHECK(shelf.put("a", "3").version == "null");
    CHECK(shelf.listed() == Lines{"a null latest", "a " + kept.version});
    CHECK(shelf.files().size() == 2);
    const Removed hidden = shelf.remove("a");
    CHECK(hidden.what == What::kMarkerMade);
    CHECK(hidden.version == "null");
    CHECK(shelf.remove("a").version == "null");
    CHECK(shelf.listed() == Lines{"a null marker latest", "a " + kept.version});
    CHECK(shelf.files().size() == 1);
    shelf.versioning(Versioning::kEnabled);
    const ObjectInfo again = shelf.put("a", "4");
    CHECK(
        shelf.listed() ==
        Lines{"a " + again.version + " latest", "a null marker", "a " + kept.version}
    );
}

TEST_CASE("Tags belong to one version", "[triggers][versions]") {
    Shelf shelf;
    shelf.versioning(Versioning::kEnabled);
    const ObjectInfo first = shelf.put("a", "1");
    const ObjectInfo second = shelf.put("a", "2");
    auto tagging = shelf.store->set_tags({"photos", "a", first.version}, {{"k", "old"}}, Cause());
    CHECK(shelf.run(std::move(tagging)).value().version == first.version);
    shelf.run(shelf.store->set_tags({"photos", "a"}, {{"k", "new"}}, Cause())).value();
    CHECK(shelf.head("a", first.version)->tags.at("k") == "old");
    CHECK(shelf.head("a", second.version)->tags.at("k") == "new");
    CopyRules rules;
    ObjectInfo target;
    target.bucket = "photos";
    target.key = "copy";
    auto copying = shelf.store->copy({"photos", "a", first.version}, target, rules, Cause());
    CHECK(shelf.run(std::move(copying)).value().tags.at("k") == "old");
    rules.tags = CopyMetadata::kReplace;
    auto bare = shelf.store->copy({"photos", "a"}, target, rules, Cause());
    CHECK(shelf.run(std::move(bare)).value().tags.empty());
    shelf.run(shelf.store->erase_tags({"photos", "a"}, Cause())).value();
    CHECK(shelf.head("a")->tags.empty());
    shelf.remove("a");
    auto hidden = shelf.store->set_tags({"photos", "a"}, {}, Cause());
    CHECK(shelf.run(std::move(hidden)).error().subject() == "marker");
}

TEST_CASE("Versions are there after a restart", "[triggers][versions]") {
    Shelf shelf;
    shelf.versioning(Versioning::kEnabled);
    shelf.put("a", "1");
    shelf.put("a", "2");
    shelf.remove("a");
    const Lines before = shelf.listed();
    shelf.open();
    CHECK(shelf.listed() == before);
    CHECK(shelf.files().size() == 2);
    CHECK(shelf.run(shelf.store->bucket("photos"))->versioning == Versioning::kEnabled);
    shelf.run(shelf.store->set_setting("photos", "cors", "<x/>")).value();
    shelf.open();
    CHECK(shelf.run(shelf.store->setting("photos", "cors")).value() == "<x/>");
    shelf.run(shelf.store->erase_setting("photos", "cors")).value();
    CHECK_FALSE(shelf.run(shelf.store->setting("photos", "cors")).value());
    CHECK(shelf.run(shelf.store->setting("nobody", "cors")).error().subject() == "bucket");
}
