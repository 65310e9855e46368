#include "triggers/objects/list_fold.h"

#include <catch2/catch.hpp>

#include <random>
#include <set>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::triggers;

namespace {

// A bucket as a sorted set, which counts how many rows were read.
struct Shelf {
    std::set<std::string> keys;
    std::size_t rows_read = 0;

    Result<ListPage> list(const ListRequest& request) {
        return fold_list(request, [this](const ListSeek& seek) -> Result<std::vector<ObjectInfo>> {
            std::vector<ObjectInfo> rows;
            auto from = seek.inclusive ? keys.lower_bound(seek.from) : keys.upper_bound(seek.from);
            for (; from != keys.end() && rows.size() < seek.rows; ++from) {
                rows.emplace_back().key = *from;
            }
            rows_read += rows.size();
            return rows;
        });
    }
};

// What the listing shows by its definition: every entry, in order, before paging.
std::vector<std::string> entries(const Shelf& shelf, const ListRequest& request) {
    std::set<std::string> shown;
    for (const std::string& key : shelf.keys) {
        if (key.compare(0, request.prefix.size(), request.prefix) != 0) {
            continue;
        }
        std::string entry = key;
        if (!request.delimiter.empty()) {
            const auto at = key.find(request.delimiter, request.prefix.size());
            if (at != std::string::npos) {
                entry = key.substr(0, at + request.delimiter.size());
            }
        }
        if (entry > request.after && key > request.after) {
            shown.insert(entry);
        }
    }
    return {shown.begin(), shown.end()};
}

std::vector<std::string> merged(const ListPage& page) {
    std::set<std::string> all(page.common_prefixes.begin(), page.common_prefixes.end());
    for (const ObjectInfo& object : page.objects) {
        all.insert(object.key);
    }
    return {all.begin(), all.end()};
}

}  // namespace

TEST_CASE("A listing shows groups once and counts them", "[triggers][list_fold]") {
    Shelf shelf{{"a.txt", "in/1", "in/2", "in/deep/3", "out/1", "z"}};
    ListRequest request;
    request.delimiter = "/";
    request.limit = 3;
    const ListPage first = shelf.list(request).value();
    CHECK(merged(first) == std::vector<std::string>{"a.txt", "in/", "out/"});
    CHECK(first.truncated);
    CHECK(first.last == "out/");
    request.after = first.last;
    const ListPage second = shelf.list(request).value();
    CHECK(merged(second) == std::vector<std::string>{"z"});
    CHECK_FALSE(second.truncated);
}

TEST_CASE("A listing of no keys is empty and whole", "[triggers][list_fold]") {
    Shelf shelf{{"a"}};
    ListRequest request;
    request.limit = 0;
    CHECK_FALSE(shelf.list(request).value().truncated);
    request.limit = 10;
    request.prefix = "b";
    CHECK(merged(shelf.list(request).value()).empty());
}

TEST_CASE("A listing jumps over a group instead of reading it", "[triggers][list_fold]") {
    Shelf shelf;
    for (int i = 0; i < 50'000; ++i) {
        shelf.keys.insert("logs/" + std::to_string(i));
    }
    shelf.keys.insert("zebra");
    ListRequest request;
    request.delimiter = "/";
    CHECK(merged(shelf.list(request).value()) == std::vector<std::string>{"logs/", "zebra"});
    CHECK(shelf.rows_read <= 2 * 1001);
}

TEST_CASE("A page that ends at its limit knows whether more follows", "[triggers][list_fold]") {
    Shelf shelf{{"a/1", "a/2", "a/3"}};
    ListRequest request;
    request.delimiter = "/";
    request.limit = 1;
    CHECK_FALSE(shelf.list(request).value().truncated);
    shelf.keys.insert("b");
    CHECK(shelf.list(request).value().truncated);
}

TEST_CASE("Paging through a listing equals its definition", "[triggers][list_fold]") {
    std::mt19937 random(4566);
    const std::vector<std::string> letters = {"a", "b", "/", "-", "\xF4\x8F\xBF\xBF", "\xC3\xA9"};
    auto word = [&](std::size_t most) {
        std::string text;
        for (std::size_t left = random() % (most + 1); left > 0; --left) {
            text += letters[random() % letters.size()];
        }
        return text;
    };
    for (int round = 0; round < 4000; ++round) {
        Shelf shelf;
        for (std::size_t i = random() % 25; i > 0; --i) {
            shelf.keys.insert("a" + word(5));
        }
        ListRequest request;
        request.prefix = random() % 2 == 0 ? "" : word(2);
        request.delimiter = random() % 4 == 0 ? "" : (random() % 5 == 0 ? "a/" : "/");
        request.after = random() % 2 == 0 ? "" : word(4);
        request.limit = 1 + random() % 4;
        const auto expected = entries(shelf, request);
        std::vector<std::string> seen;
        for (;;) {
            const ListPage page = shelf.list(request).value();
            const auto shown = merged(page);
            REQUIRE(shown.size() <= request.limit);
            seen.insert(seen.end(), shown.begin(), shown.end());
            if (!page.truncated) {
                break;
            }
            REQUIRE(shown.size() == request.limit);
            REQUIRE(page.last == shown.back());
            request.after = page.last;
        }
        CAPTURE(request.prefix, request.delimiter, request.after);
        REQUIRE(seen == expected);
    }
}
