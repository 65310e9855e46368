#include "triggers/objects/version_fold.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::triggers;

namespace {

// Rows in the order in which the database gives them.
struct Rows {
    std::vector<ObjectInfo> rows;

    void add(const std::string& key, std::int64_t sequence) {
        ObjectInfo row;
        row.key = key;
        row.sequence = sequence;
        row.version = "v" + std::to_string(sequence);
        rows.push_back(row);
        std::sort(rows.begin(), rows.end(), [](const ObjectInfo& a, const ObjectInfo& b) {
            return a.key != b.key ? a.key < b.key : a.sequence > b.sequence;
        });
    }
    VersionPage fold(const VersionRequest& request) {
        const FetchVersions fetch = [this](const VersionSeek& seek
                                    ) -> Result<std::vector<ObjectInfo>> {
            std::vector<ObjectInfo> found;
            for (const ObjectInfo& row : rows) {
                const bool counts =
                    row.key > seek.from || (row.key == seek.from && row.sequence < seek.below);
                if (counts && found.size() < seek.rows) {
                    found.push_back(row);
                }
            }
            return found;
        };
        return fold_versions(request, fetch).value();
    }
    // All pages as one text: "key@sequence" and "prefix/", latest ones with a star.
    std::string pages(VersionRequest request) {
        std::string text;
        for (;;) {
            const VersionPage page = fold(request);
            for (const VersionPage::Entry& entry : page.entries) {
                text += entry.object.key + "@" + std::to_string(entry.object.sequence);
                text += entry.standing == Standing::kLatest ? "* " : " ";
            }
            for (const std::string& prefix : page.common_prefixes) {
                text += prefix + " ";
            }
            if (!page.truncated) {
                return text;
            }
            request.after_key = page.last_key;
            request.after_sequence =
                page.last_version.empty() ? 0 : std::stoll(page.last_version.substr(1));
        }
    }
};

}  // namespace

TEST_CASE("Versions are listed by key, the newest first", "[triggers][version_fold]") {
    Rows rows;
    rows.add("b", 3);
    rows.add("a", 1);
    rows.add("a", 4);
    rows.add("a", 0);
    rows.add("c/1", 5);
    rows.add("c/2", 6);
    rows.add("c/2", 7);
    VersionRequest request;
    CHECK(rows.pages(request) == "a@4* a@1 a@0 b@3* c/1@5* c/2@7* c/2@6 ");
    request.delimiter = "/";
    CHECK(rows.pages(request) == "a@4* a@1 a@0 b@3* c/ ");
    request.prefix = "c/";
    CHECK(rows.pages(request) == "c/1@5* c/2@7* c/2@6 ");
    request.after_key = "a";
    request.after_sequence = 1;
    request.prefix = "";
    CHECK(rows.pages(request) == "a@0 b@3* c/ ");
    request.limit = 0;
    CHECK_FALSE(rows.fold(request).truncated);
}

TEST_CASE("Pages of any size make the same listing", "[triggers][version_fold]") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        Rows rows;
        for (int i = 0; i < 20; ++i) {
            const std::string folder =
                random() % 2 == 0 ? "d" + std::to_string(random() % 3) + "/" : "";
            rows.add(folder + std::to_string(random() % 4), i);
        }
        VersionRequest request;
        request.delimiter = round % 2 == 0 ? "/" : "";
        std::string whole = rows.pages(request);
        // Prefixes come behind the entries of their page, so the order of words may differ.
        const auto sorted = [](const std::string& text) {
            std::vector<std::string> words;
            for (std::size_t at = 0; at < text.size();) {
                const auto end = text.find(' ', at);
                words.push_back(text.substr(at, end - at));
                at = end + 1;
            }
            std::sort(words.begin(), words.end());
            return words;
        };
        for (request.limit = 1; request.limit < 8; ++request.limit) {
            CHECK(sorted(rows.pages(request)) == sorted(whole));
        }
    }
}
