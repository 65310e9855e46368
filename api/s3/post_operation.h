#pragma once

#include "api/s3/access_guard.h"
#include "api/s3/post_policy.h"
#include "api/s3/s3_call.h"
#include "api/s3/s3_ports.h"

namespace lambent::api::s3 {

class FormBody;

// POST of a browser's form: signed by a policy in one of its fields, or open to everybody if the
// bucket's policy says so. Owned by the service.
class PostOperation {
  public:
    PostOperation(const S3Ports& ports, const S3Config& config, AccessGuard& guard)
        : store_(ports.store),
          credentials_(ports.credentials),
          clock_(ports.clock),
          config_(config),
          guard_(guard) {}

    Task<Answer<http::Response>> post(S3Call call);

  private:
    struct Form;
    Task<Answer<Form>> read_fields(const S3Call& call, FormBody& body);
    Answer<void> prove(Form& form, S3Call& call) const;
    // `put`: the form as the PUT that it stands for.
    Task<Answer<triggers::ObjectInfo>> store(S3Call put, Form form, FormBody& body);

    triggers::ObjectStore& store_;
    const Credentials& credentials_;
    const Clock& clock_;
    const S3Config& config_;
    AccessGuard& guard_;
};

}  // namespace lambent::api::s3
