#pragma once

// What every sql::Driver must do. A test body defines `DriverFixtures`, a std::tuple of fixtures,
// and includes this header. A fixture opens drivers on one store of its own:
//   Result<std::unique_ptr<sql::Driver>> open(std::vector<sql::Migration> migrations);
// The store keeps what was written when a driver is destroyed and opened again.

#include "base/sql/sql_driver.h"
#include "tests/support/concurrently.h"
#include "tests/support/run_flow.h"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace lambent::tests {

inline std::vector<sql::Migration> first_schema() {
    return {
        {"shop",
         1,
         "CREATE TABLE item(id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, price REAL,"
         " picture BLOB, stock BIGINT CHECK (stock >= 0));"
         "CREATE TABLE sale(item BIGINT NOT NULL REFERENCES item(id), count BIGINT);"}};
}

// One open driver and the loop on which its callers live.
template <class Fixture>
class Shop {
  public:
    explicit Shop(Fixture& store, std::vector<sql::Migration> schema = first_schema())
        : driver(store.open(std::move(schema)).value()) {}

    Result<void> write(sql::Work work) { return run_flow(loop, driver->write(std::move(work))); }
    Result<void> read(sql::Work work) { return run_flow(loop, driver->read(std::move(work))); }

    sql::Rows query(const std::string& statement) {
        sql::Rows answer;
        const Result<void> done = read([&](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(answer, session.run(statement));
            return {};
        });
        REQUIRE(done.has_value());
        return answer;
    }
    std::int64_t count(const std::string& table) {
        return sql::as_int(query("SELECT count(*) FROM " + table).rows.at(0).at(0));
    }

    boost::asio::io_context loop;
    std::unique_ptr<sql::Driver> driver;
};

// Runs one statement in a write transaction.
inline sql::Work statement(std::string text, std::vector<sql::Value> values = {}) {
    return [text = std::move(text),
            values = std::move(values)](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(session.run(text, values));
        return {};
    };
}

inline sql::Work add_item(std::int64_t id) {
    return statement(
        "INSERT INTO item(id, name, stock) VALUES ($1, $2, 1)", {id, "item " + std::to_string(id)}
    );
}

inline Task<> write_and_note(sql::Driver& driver, sql::Work work, std::vector<bool>& succeeded) {
    const Result<void> done = co_await driver.write(std::move(work));
    succeeded.push_back(done.has_value());
}

inline Task<> raise_by_one(sql::Driver& driver, int times) {
    for (int i = 0; i < times; ++i) {
        sql::Work raise = statement("UPDATE item SET stock = stock + 1 WHERE id = 1");
        const Result<void> done = co_await driver.write(std::move(raise));
        if (done.has_error()) {
            throw std::runtime_error(done.error().message());
        }
    }
}

}  // namespace lambent::tests

TEMPLATE_LIST_TEST_CASE("Driver keeps values with their types", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    const std::string bytes("\0one\0two\xff", 9);
    const auto lowest = std::numeric_limits<std::int64_t>::min();
    REQUIRE(shop.write(tests::statement(
                           "INSERT INTO item VALUES ($1, $2, $3, $4, $5)",
                           {lowest, "Zürich ✓", 0.1, sql::Blob{bytes}, std::monostate{}}
                       )
    ).has_value());
    const sql::Rows found = shop.query("SELECT id, name, price, picture, stock FROM item");
    REQUIRE(found.rows.size() == 1);
    const sql::Row& row = found.rows[0];
    CHECK(sql::as_int(row[0]) == lowest);
    CHECK(sql::as_text(row[1]) == "Zürich ✓");
    CHECK(sql::as_double(row[2]) == 0.1);
    CHECK(sql::as_blob(row[3]) == bytes);
    CHECK(sql::is_null(row[4]));
}

TEMPLATE_LIST_TEST_CASE("Driver tells empty from null", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    const std::vector<sql::Value> empties{std::int64_t{1}, "", sql::Blob{""}};
    REQUIRE(shop.write(tests::statement(
                           "INSERT INTO item(id, name, picture) VALUES ($1, $2, $3)", empties
                       ))
                .has_value());
    const sql::Rows found = shop.query("SELECT name, picture, price FROM item");
    CHECK(sql::as_text(found.rows[0][0]).empty());
    CHECK(sql::as_blob(found.rows[0][1]).empty());
    CHECK(sql::is_null(found.rows[0][2]));
}

TEMPLATE_LIST_TEST_CASE(
    "Driver takes parameters by number, in any order and repeated", "[sql][Driver]", DriverFixtures
) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    REQUIRE(shop.write(tests::statement(
                           "INSERT INTO item(name, id, stock) VALUES ($2, $1, $1)",
                           {std::int64_t{7}, "seven"}
                       ))
                .has_value());
    const sql::Rows found = shop.query("SELECT id, name, stock FROM item");
    CHECK(sql::as_int(found.rows[0][0]) == 7);
    CHECK(sql::as_text(found.rows[0][1]) == "seven");
    CHECK(sql::as_int(found.rows[0][2]) == 7);
}

TEMPLATE_LIST_TEST_CASE(
    "Driver refuses too few and too many values", "[sql][Driver]", DriverFixtures
) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    const std::string text = "INSERT INTO item(id, name) VALUES ($1, $2)";
    CHECK(shop.write(tests::statement(text, {std::int64_t{1}})).has_error());
    CHECK(shop.write(tests::statement(text, {std::int64_t{1}, "a", "b"})).has_error());
    CHECK(shop.count("item") == 0);
}

TEMPLATE_LIST_TEST_CASE("Driver runs one statement at a time", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    CHECK(shop.write(tests::statement("DELETE FROM sale; DELETE FROM item")).has_error());
    CHECK(shop.write(tests::statement("DELETE FROM sale;\n")).has_value());
    CHECK(shop.write(tests::statement("")).has_error());
    CHECK(shop.write(tests::statement("THIS IS NOT SQL")).error().code() == Code::kInternal);
}

TEMPLATE_LIST_TEST_CASE("Driver says which constraint refused", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    REQUIRE(shop.write(tests::add_item(1)).has_value());
    const auto refusal = [&shop](const char* text) {
        const Error error = shop.write(tests::statement(text)).error();
        CHECK(error.code() == Code::kConflict);
        return error.subject();
    };
    CHECK(refusal("INSERT INTO item(id, name) VALUES (1, 'again')") == "unique");
    CHECK(refusal("INSERT INTO item(id, name) VALUES (2, 'item 1')") == "unique");
    CHECK(refusal("INSERT INTO item(id, name) VALUES (3, NULL)") == "not_null");
    CHECK(refusal("INSERT INTO sale(item) VALUES (99)") == "foreign_key");
    CHECK(refusal("UPDATE item SET stock = -1") == "check");
    CHECK(shop.count("item") == 1);
}

TEMPLATE_LIST_TEST_CASE("Driver counts the rows it changed", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    std::vector<std::int64_t> changed;
    const Result<void> done = shop.write([&changed](sql::Session& session) -> Result<void> {
        for (const char* text :
             {"INSERT INTO item(id, name) VALUES (1, 'a'), (2, 'b')",
              "UPDATE item SET stock = 4 WHERE id = 1",
              "UPDATE item SET stock = 4 WHERE id = 99",
              "SELECT * FROM item",
              "DELETE FROM item"}) {
            LAMBENT_TRY(const sql::Rows rows, session.run(text));
            changed.push_back(rows.changed);
        }
        return {};
    });
    REQUIRE(done.has_value());
    CHECK(changed == std::vector<std::int64_t>{2, 1, 0, 0, 2});
}

TEMPLATE_LIST_TEST_CASE("Driver answers RETURNING", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    REQUIRE(shop.write(tests::add_item(1)).has_value());
    std::int64_t stock = 0;
    const Result<void> done = shop.write([&stock](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(
            const sql::Rows rows,
            session.run("UPDATE item SET stock = stock + 41 WHERE id = 1 RETURNING stock")
        );
        stock = sql::as_int(rows.rows.at(0).at(0));
        return {};
    });
    REQUIRE(done.has_value());
    CHECK(stock == 42);
}

TEMPLATE_LIST_TEST_CASE(
    "Driver rolls back a closure that fails, and that one alone", "[sql][Driver]", DriverFixtures
) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    std::vector<bool> succeeded;
    std::vector<Task<>> flows;
    for (std::int64_t id = 0; id < 60; ++id) {
        sql::Work work = [id](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(tests::add_item(id)(session));
            if (id % 3 == 1) {
                return Error(Code::kNotFound, "thought better of it");
            }
            if (id % 3 == 2) {
                throw std::runtime_error("worse than an error");
            }
            return {};
        };
        flows.push_back(tests::write_and_note(*shop.driver, std::move(work), succeeded));
    }
    tests::run_concurrently(shop.loop, std::move(flows));
    CHECK(std::count(succeeded.begin(), succeeded.end(), true) == 20);
    CHECK(shop.count("item") == 20);
    CHECK(shop.count("item WHERE id % 3 = 0") == 20);
}

TEMPLATE_LIST_TEST_CASE("Driver passes a closure's error on", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    const Result<void> done = shop.write([](sql::Session&) -> Result<void> {
        return Error(Code::kTooLarge, "parcel", "too large for the post");
    });
    CHECK(done.error().code() == Code::kTooLarge);
    CHECK(done.error().subject() == "parcel");
    const Result<void> thrown = shop.write([](sql::Session&) -> Result<void> {
        throw std::runtime_error("out of cheese");
    });
    CHECK(thrown.error().code() == Code::kInternal);
    CHECK(thrown.error().message().find("out of cheese") != std::string::npos);
}

TEMPLATE_LIST_TEST_CASE("Driver loses no update among many", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    REQUIRE(shop.write(tests::add_item(1)).has_value());
    std::vector<Task<>> flows;
    for (int i = 0; i < 40; ++i) {
        flows.push_back(tests::raise_by_one(*shop.driver, 25));
    }
    tests::run_concurrently(shop.loop, std::move(flows));
    CHECK(sql::as_int(shop.query("SELECT stock FROM item").rows[0][0]) == 1001);
}

TEMPLATE_LIST_TEST_CASE("Driver reads what it acknowledged", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    for (std::int64_t id = 0; id < 50; ++id) {
        REQUIRE(shop.write(tests::add_item(id)).has_value());
        REQUIRE(shop.count("item") == id + 1);
    }
}

TEMPLATE_LIST_TEST_CASE(
    "Driver shows a reader one state, whatever is written meanwhile",
    "[sql][Driver]",
    DriverFixtures
) {
    using namespace lambent;
    TestType store;
    boost::asio::io_context elsewhere;  // outlives the driver, whose threads post to it
    tests::Shop<TestType> shop(store);
    std::int64_t before = -1;
    std::int64_t after = -1;
    const auto items = [](sql::Session& session, std::int64_t& into) -> Result<void> {
        LAMBENT_TRY(const sql::Rows rows, session.run("SELECT count(*) FROM item"));
        into = sql::as_int(rows.rows.at(0).at(0));
        return {};
    };
    const Result<void> done = shop.read([&](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(items(session, before));
        LAMBENT_TRY(tests::run_flow(elsewhere, shop.driver->write(tests::add_item(1))));
        return items(session, after);
    });
    REQUIRE(done.has_value());
    CHECK(before == 0);
    CHECK(after == 0);
    CHECK(shop.count("item") == 1);
}

TEMPLATE_LIST_TEST_CASE("Driver lets no reader write", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    CHECK(shop.read(tests::add_item(1)).has_error());
    CHECK(shop.count("item") == 0);
}

TEMPLATE_LIST_TEST_CASE(
    "Driver lets no closure leave its transaction", "[sql][Driver]", DriverFixtures
) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    for (const char* text : {"COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT mine", "RELEASE mine"}) {
        CAPTURE(text);
        const Result<void> done = shop.write([text](sql::Session& session) -> Result<void> {
            LAMBENT_TRY(tests::add_item(1)(session));
            LAMBENT_TRY(session.run(text));
            return {};
        });
        CHECK(done.has_error());
    }
    CHECK(shop.count("item") == 0);
    CHECK(shop.write(tests::add_item(1)).has_value());
}

TEMPLATE_LIST_TEST_CASE("Driver resumes on the caller's loop", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    tests::Shop<TestType> shop(store);
    const std::thread::id here = std::this_thread::get_id();
    std::thread::id closure = here;
    auto flow = [](sql::Driver& driver, std::thread::id& ran_on) -> Task<std::thread::id> {
        sql::Work note = [&ran_on](sql::Session&) -> Result<void> {
            ran_on = std::this_thread::get_id();
            return {};
        };
        (void)co_await driver.write(std::move(note));
        co_return std::this_thread::get_id();
    };
    CHECK(tests::run_flow(shop.loop, flow(*shop.driver, closure)) == here);
    CHECK(closure != here);
}

TEMPLATE_LIST_TEST_CASE("Driver keeps rows when reopened", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    {
        tests::Shop<TestType> shop(store);
        REQUIRE(shop.write(tests::add_item(1)).has_value());
    }
    tests::Shop<TestType> shop(store);
    CHECK(shop.count("item") == 1);
}

TEMPLATE_LIST_TEST_CASE("Driver migrates once and in order", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    std::vector<sql::Migration> schema = tests::first_schema();
    {
        tests::Shop<TestType> shop(store, schema);
        REQUIRE(shop.write(tests::add_item(1)).has_value());
    }
    schema.push_back({"shop", 2, "ALTER TABLE item ADD COLUMN colour TEXT"});
    schema.push_back({"shop", 3, "UPDATE item SET colour = 'red', stock = stock + 1"});
    for (int life = 0; life < 2; ++life) {
        tests::Shop<TestType> shop(store, schema);
        const sql::Rows found = shop.query("SELECT colour, stock FROM item");
        CHECK(sql::as_text(found.rows[0][0]) == "red");
        CHECK(sql::as_int(found.rows[0][1]) == 2);
    }
}

TEMPLATE_LIST_TEST_CASE(
    "Driver refuses a schema from the future", "[sql][Driver]", DriverFixtures
) {
    using namespace lambent;
    TestType store;
    std::vector<sql::Migration> schema = tests::first_schema();
    schema.push_back({"shop", 2, "CREATE TABLE invoice(id BIGINT PRIMARY KEY)"});
    REQUIRE(store.open(schema).has_value());
    const auto older = store.open(tests::first_schema());
    REQUIRE(older.has_error());
    CHECK(older.error().code() == Code::kConflict);
    CHECK(older.error().subject() == "schema");
    CHECK(store.open(schema).has_value());
}

TEMPLATE_LIST_TEST_CASE(
    "Driver undoes a migration that fails half-way", "[sql][Driver]", DriverFixtures
) {
    using namespace lambent;
    TestType store;
    std::vector<sql::Migration> schema = tests::first_schema();
    schema.push_back({"shop", 2, "CREATE TABLE half(id BIGINT); INSERT INTO nowhere VALUES (1)"});
    CHECK(store.open(schema).has_error());
    schema.back().statements = "CREATE TABLE half(id BIGINT)";
    tests::Shop<TestType> shop(store, schema);
    CHECK(shop.count("half") == 0);
}

TEMPLATE_LIST_TEST_CASE("Driver refuses migrations out of order", "[sql][Driver]", DriverFixtures) {
    using namespace lambent;
    TestType store;
    std::vector<sql::Migration> schema = tests::first_schema();
    schema.push_back({"shop", 3, "CREATE TABLE late(id BIGINT)"});
    CHECK(store.open(schema).has_error());
}
