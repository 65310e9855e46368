#pragma once

#include "base/async/task.h"
#include "base/clock.h"
#include "base/result.h"
#include "triggers/objects/object.h"
#include "triggers/objects/object_store.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lambent::triggers {

class ObjectChange;
class ObjectShelf;

// Whether the checksum of the whole object is made of its bytes or of its parts' checksums.
enum class ChecksumScope { kComposite, kFullObject };

struct MultipartUpload {
    std::string id;
    ObjectInfo object;  // what complete() will make: bucket, key, content type, headers, metadata
    ChecksumScope checksum_scope = ChecksumScope::kComposite;
    WallTime initiated;
};

struct UploadPart {
    int number = 0;
    std::uint64_t size = 0;
    std::string etag;
    WallTime modified;
    std::string checksum;  // base64; empty when the upload keeps none
    std::string blob;
};

// A part as the client names it when it completes an upload.
struct PartChoice {
    int number = 0;
    std::string etag;
    std::string checksum;  // empty: not named
};

struct UploadQuery {
    std::string bucket;
    std::string prefix;
    std::string delimiter;
    std::string after_key;
    std::string after_id;  // of after_key; empty: behind all uploads of that key
    std::size_t limit = 1000;
};

struct UploadPage {
    std::vector<MultipartUpload> uploads;
    std::vector<std::string> common_prefixes;
    bool truncated = false;
    std::string last_key;  // where the next page starts after
    std::string last_id;   // of last_key; empty when that is a common prefix
};

struct PartPage {
    MultipartUpload upload;
    std::vector<UploadPart> parts;
    bool truncated = false;
};

// Objects that arrive in parts. Parts are blobs like any other and survive a restart; completing
// an upload writes them together into one. Owned by the ObjectStore; event loop's thread only.
// Errors: kNotFound with subject "upload" or "bucket"; kInvalidArgument with subject
// "part_number", "part" (no such part, or another ETag), "part_order" or "part_size".
class MultipartUploads {
  public:
    explicit MultipartUploads(ObjectShelf& shelf) : shelf_(shelf) {}

    Task<Result<MultipartUpload>> create(ObjectInfo object, ChecksumScope scope);
    // The upload of that id, if it is one of this bucket and key.
    Task<Result<MultipartUpload>> find(std::string bucket, std::string key, std::string id);
    // A part of the same number is replaced. `upload` comes from ObjectStore::begin_upload.
    Task<Result<UploadPart>> put_part(
        MultipartUpload target, int number, std::unique_ptr<ObjectUpload> upload
    );
    Task<Result<ObjectInfo>> complete(
        MultipartUpload target,
        std::vector<PartChoice> choices,
        Cause cause,
        WriteCondition condition = WriteCondition()
    );
    Task<Result<void>> abort(std::string bucket, std::string key, std::string id);
    // Parts whose numbers are greater than `after`.
    Task<Result<PartPage>> parts(MultipartUpload target, int after, std::size_t limit);
    Task<Result<UploadPage>> list(UploadQuery query);

    // Forgets the uploads of a bucket that is being deleted, within its transaction.
    static Result<void> drop_all(ObjectChange& change, const std::string& bucket);

  private:
    ObjectShelf& shelf_;
};

}  // namespace lambent::triggers
