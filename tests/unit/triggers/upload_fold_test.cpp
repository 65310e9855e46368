#include "triggers/objects/upload_fold.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::triggers;

namespace {

struct Uploads {
    std::vector<MultipartUpload> rows;  // by key and id

    void add(const std::string& key, const std::string& id) {
        MultipartUpload upload;
        upload.object.key = key;
        upload.id = id;
        rows.push_back(upload);
    }
    UploadPage fold(const UploadQuery& query) {
        const FetchUploads fetch = [this](const UploadQuery& wanted
                                   ) -> Result<std::vector<MultipartUpload>> {
            std::vector<MultipartUpload> found;
            for (const MultipartUpload& row : rows) {
                const std::string& key = row.object.key;
                const bool counts = key > wanted.after_key ||
                                    (key == wanted.after_key && !wanted.after_id.empty() &&
                                     row.id > wanted.after_id);
                if (counts && key.starts_with(wanted.prefix) && found.size() < wanted.limit) {
                    found.push_back(row);
                }
            }
            return found;
        };
        return fold_uploads(query, fetch).value();
    }
    std::string pages(UploadQuery query) {
        std::string text;
        for (;;) {
            const UploadPage page = fold(query);
            for (const MultipartUpload& upload : page.uploads) {
                text += upload.object.key + "#" + upload.id + " ";
            }
            for (const std::string& prefix : page.common_prefixes) {
                text += prefix + " ";
            }
            if (!page.truncated) {
                return text;
            }
            query.after_key = page.last_key;
            query.after_id = page.last_id;
        }
    }
};

}  // namespace

TEST_CASE("Uploads fold into common prefixes", "[triggers][upload_fold]") {
    Uploads uploads;
    uploads.add("a", "1");
    uploads.add("a", "2");
    uploads.add("d/x", "3");
    uploads.add("d/y", "4");
    uploads.add("e", "5");
    UploadQuery query;
    for (query.limit = 1; query.limit < 7; ++query.limit) {
        query.delimiter = "";
        CHECK(uploads.pages(query) == "a#1 a#2 d/x#3 d/y#4 e#5 ");
        query.delimiter = "/";
        const std::string folded = uploads.pages(query);
        CHECK(folded.size() == std::string("a#1 a#2 d/ e#5 ").size());
        CHECK(folded.find("d/ ") != std::string::npos);
    }
    query.limit = 2;
    const UploadPage page = uploads.fold(query);
    CHECK(page.truncated);
    CHECK(page.last_key == "a");
    CHECK(page.last_id == "2");
}
