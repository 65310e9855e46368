#include "tests/support/object_room.h"
#include "triggers/objects/object_schema.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

// What a daemon from before versions left behind.
constexpr const char* kOldRows[] = {
    "INSERT INTO bucket VALUES ('photos', 1000, "
    "'[{\"id\":\"r\",\"function\":\"f\",\"events\":[\"s3:ObjectCreated:*\"],"
    "\"prefix\":\"\",\"suffix\":\"\"}]')",
    "INSERT INTO object VALUES ('photos', 'a', 0, 'd41d', 2000, 'text/plain', "
    "'Cache-Control=no-store&x-amz-tagging=k%3Dv%26l%3D1', '', '', '', 'blob1')",
    "INSERT INTO object_upload VALUES ('u1', 'photos', 'b', 3000, 'text/plain', '', '', '', "
    "'COMPOSITE')",
};

void write_old_rows(const std::string& path) {
    boost::asio::io_context loop;
    auto driver = sql::SqliteDriver::open(path + "/db", sql::SqliteConfig()).value();
    driver->migrate({object_migrations().front()}).value();
    sql::Work work = [](sql::Session& session) -> Result<void> {
        for (const char* row : kOldRows) {
            LAMBENT_TRY(session.run(row));
        }
        return {};
    };
    run_flow(loop, driver->write(std::move(work))).value();
}

}  // namespace

TEST_CASE("A data directory from before versions opens", "[triggers][migration]") {
    const TempDir directory;
    write_old_rows(directory.path());
    ObjectRoom room(directory.path());
    const Bucket bucket = room.run(room.store->bucket("photos")).value();
    CHECK(bucket.versioning == Versioning::kNever);
    const ObjectInfo old = room.run(room.store->head({"photos", "a"})).value();
    CHECK(old.tags == std::map<std::string, std::string>{{"k", "v"}, {"l", "1"}});
    CHECK(old.headers == std::map<std::string, std::string>{{"Cache-Control", "no-store"}});
    CHECK(old.version.empty());
    const auto rules = room.run(room.store->notifications("photos")).value();
    REQUIRE(rules.size() == 1);
    CHECK(rules[0].target == "f");
    CHECK(room.run(room.store->multipart().find("photos", "b", "u1")).has_value());

    room.run(room.store->set_versioning("photos", Versioning::kEnabled)).value();
    const ObjectInfo fresh = room.put("a", "new");
    CHECK(room.run(room.store->head({"photos", "a", "null"})).value().etag == "d41d");
    CHECK(room.run(room.store->head({"photos", "a"})).value().version == fresh.version);
}
