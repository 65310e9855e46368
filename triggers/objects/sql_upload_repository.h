#pragma once

#include "base/result.h"
#include "base/sql/sql_driver.h"
#include "triggers/objects/multipart_uploads.h"

#include <string>
#include <vector>

namespace lambent::triggers {

// The rows of multipart uploads and their parts, inside somebody else's transaction.
class SqlUploadRepository {
  public:
    explicit SqlUploadRepository(sql::Session& session) : session_(session) {}

    Result<void> insert(const MultipartUpload& upload);
    Result<MultipartUpload> find(const std::string& id);  // kNotFound "upload"
    Result<std::vector<MultipartUpload>> page(const UploadQuery& query);
    // The upload and its parts; which blobs the parts were.
    Result<std::vector<std::string>> erase(const std::string& id);

    Result<std::vector<UploadPart>> parts(const std::string& id, int after, std::size_t limit);
    Result<void> put_part(const std::string& id, const UploadPart& part);

  private:
    sql::Session& session_;
};

}  // namespace lambent::triggers
