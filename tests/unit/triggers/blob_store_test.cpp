#include "triggers/objects/blob_store.h"

#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace lambent;
using namespace lambent::tests;
using namespace lambent::triggers;

namespace {

const std::string kBlob(64, 'a');
const std::string kOther(64, 'b');

void store(const BlobStore& blobs, const std::string& name, const std::string& bytes) {
    DurableFile file = blobs.begin().value();
    file.write(bytes).value();
    blobs.publish(file, name).value();
}

}  // namespace

TEST_CASE("A blob appears under its name in its fan-out directory", "[triggers][BlobStore]") {
    TempDir directory;
    const BlobStore blobs(directory.path());
    blobs.prepare().value();
    CHECK(blobs.open(kBlob).error().code() == Code::kNotFound);
    store(blobs, kBlob, "bytes");
    CHECK(read_file(directory.file("blobs/aa/" + kBlob)).value() == "bytes");
    CHECK(blobs.open(kBlob).has_value());
    store(blobs, kBlob, "bytes");
    CHECK(blobs.remove(kBlob).has_value());
    CHECK(blobs.remove(kBlob).has_value());
    CHECK(blobs.open(kBlob).has_error());
}

TEST_CASE("An open blob outlives its removal", "[triggers][BlobStore]") {
    TempDir directory;
    const BlobStore blobs(directory.path());
    blobs.prepare().value();
    store(blobs, kBlob, "bytes");
    const UniqueFd file = blobs.open(kBlob).value();
    blobs.remove(kBlob).value();
    CHECK(std::filesystem::file_size("/proc/self/fd/" + std::to_string(file.get())) == 5);
}

TEST_CASE("Preparing throws away what was arriving, and nothing else", "[triggers][BlobStore]") {
    TempDir directory;
    const BlobStore blobs(directory.path());
    blobs.prepare().value();
    store(blobs, kBlob, "bytes");
    store(blobs, kOther, "other");
    DurableFile half = blobs.begin().value();
    half.write("half").value();
    blobs.prepare().value();
    CHECK(std::filesystem::is_empty(directory.file("arriving")));
    blobs.keep_only({kOther}).value();
    CHECK(blobs.open(kBlob).has_error());
    CHECK(blobs.open(kOther).has_value());
}
