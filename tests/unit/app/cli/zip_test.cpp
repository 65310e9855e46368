#include "app/cli/package/zip.h"

#include "tests/unit/app/cli/folder.h"

#include <archive.h>
#include <archive_entry.h>
#include <catch2/catch.hpp>

#include <map>

namespace lambent::cli {
namespace {

struct Entry {
    std::string content;
    unsigned mode = 0;
    std::string link;
};

std::map<std::string, Entry> unzip(const std::string& bytes) {
    std::map<std::string, Entry> entries;
    archive* reader = archive_read_new();
    archive_read_support_format_zip_seekable(reader);
    REQUIRE(archive_read_open_memory(reader, bytes.data(), bytes.size()) == ARCHIVE_OK);
    for (archive_entry* entry = nullptr; archive_read_next_header(reader, &entry) == ARCHIVE_OK;) {
        Entry& one = entries[archive_entry_pathname(entry)];
        one.mode = archive_entry_perm(entry);
        one.link = archive_entry_symlink(entry) == nullptr ? "" : archive_entry_symlink(entry);
        one.content.resize(static_cast<std::size_t>(archive_entry_size(entry)));
        archive_read_data(reader, one.content.data(), one.content.size());
    }
    archive_read_free(reader);
    return entries;
}

TEST_CASE(
    "A zip holds the files with their executable bits and without what never ships", "[app][zip]"
) {
    const tests::Folder folder;
    folder.write("handler.py", "def handler(): pass\n");
    folder.write("lib/deep/data.txt", "x");
    folder.write("bootstrap", "#!/bin/sh\n");
    folder.write(".git/config", "no");
    folder.write("__pycache__/handler.cpython-311.pyc", "no");
    folder.write(".lambent/build/F/old", "no");
    std::filesystem::permissions(folder.path() / "bootstrap", std::filesystem::perms(0700));
    std::filesystem::create_symlink("data.txt", folder.path() / "lib/deep/link.txt");
    const auto zip = zip_folder(folder.path());
    REQUIRE(zip.has_value());
    const auto entries = unzip(*zip);
    CHECK(entries.size() == 4);
    CHECK(entries.at("handler.py").content == "def handler(): pass\n");
    CHECK(entries.at("handler.py").mode == 0644);
    CHECK(entries.at("bootstrap").mode == 0755);
    CHECK(entries.at("lib/deep/data.txt").content == "x");
    CHECK(entries.at("lib/deep/link.txt").link == "data.txt");
}

TEST_CASE("A zip of the same files is the same bytes, whenever they were written", "[app][zip]") {
    const tests::Folder first;
    const tests::Folder second;
    for (const char* name : {"b.py", "a.py", "z/c.py"}) {
        first.write(name, std::string(10'000, 'a'));
    }
    for (const char* name : {"z/c.py", "a.py", "b.py"}) {
        second.write(name, std::string(10'000, 'a'));
    }
    std::filesystem::last_write_time(
        second.path() / "a.py",
        std::filesystem::file_time_type::clock::now() - std::chrono::hours(9)
    );
    const auto one = zip_folder(first.path());
    const auto two = zip_folder(second.path());
    REQUIRE(one.has_value());
    REQUIRE(two.has_value());
    CHECK(*one == *two);
    CHECK(one->size() < 2'000);  // deflated
}

TEST_CASE("A zip of a file with a name beyond ASCII keeps the name", "[app][zip]") {
    const tests::Folder folder;
    folder.write("größe.txt", "ü");
    const auto zip = zip_folder(folder.path());
    REQUIRE(zip.has_value());
    CHECK(zip->find("größe.txt") != std::string::npos);
}

TEST_CASE("A folder without files, or that is not there, cannot be zipped", "[app][zip]") {
    const tests::Folder folder;
    CHECK(zip_folder(folder.path()).error().code() == Code::kInvalidArgument);
    CHECK(zip_folder(folder.path() / "nowhere").has_error());
}

TEST_CASE("A zip of one text has that one file", "[app][zip]") {
    const auto zip = zip_text("index.py", "x = 1\n");
    REQUIRE(zip.has_value());
    CHECK(unzip(*zip).at("index.py").content == "x = 1\n");
}

}  // namespace
}  // namespace lambent::cli
