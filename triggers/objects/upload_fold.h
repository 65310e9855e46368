#pragma once

#include "base/result.h"
#include "triggers/objects/multipart_uploads.h"

#include <functional>
#include <vector>

namespace lambent::triggers {

// Uploads of one bucket by key and id, behind the query's after_key and after_id; at most `limit`.
using FetchUploads = std::function<Result<std::vector<MultipartUpload>>(const UploadQuery& rows)>;

// Folds uploads into S3's page as fold_list does it with keys. Pure but for `fetch`.
Result<UploadPage> fold_uploads(const UploadQuery& query, const FetchUploads& fetch);

}  // namespace lambent::triggers
