#include "api/s3/post_operation.h"

#include "api/s3/body_checks.h"
#include "api/s3/form_body.h"
#include "api/s3/form_signature.h"
#include "api/s3/object_headers.h"
#include "api/s3/s3_errors.h"
#include "api/s3/tag_set.h"
#include "api/wire/xml.h"
#include "base/files/content_hash.h"
#include "base/http/token.h"
#include "base/http/uri.h"
#include "triggers/objects/bucket_name.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace lambent::api::s3 {
namespace {

// Of all that comes before the file; a field's boundary and head count as so many bytes.
constexpr std::size_t kFieldsBytesMax = 20 * 1024;
constexpr std::size_t kFieldHeadBytes = 64;
constexpr std::size_t kFieldsMax = 100;
constexpr char kFileName[] = "${filename}";

std::string field_or_empty(const FormFields& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
}

// Only the file's own name, whatever path a browser put before it.
std::string base_name(const std::string& file_name) {
    const auto slash = file_name.find_last_of("/\\");
    return slash == std::string::npos ? file_name : file_name.substr(slash + 1);
}

// What becomes a header must have the name of one, and must not end it.
Answer<void> check_field(const std::string& name, const std::string& value) {
    if (!http::is_token(name)) {
        return malformed_post();
    }
    const bool may_be_header = std::none_of(value.begin(), value.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
    });
    if (!may_be_header && name != "key" && name != "tagging") {
        return invalid_argument(
            "Header value cannot be represented using ISO-8859-1.", name, value
        );
    }
    return {};
}

// The form's fields are the headers that a PUT would have had. Of the request's own headers only
// those stay that say where it comes from, which no form can say; no policy speaks of the others.
S3Call as_put(const S3Call& call, const FormFields& fields) {
    constexpr std::array<std::string_view, 5> kOwn = {
        "Host", "Origin", "User-Agent", "Referer", "X-Amzn-Trace-Id"};
    S3Call put = call;
    put.request.head.headers = http::Headers();
    for (const auto& [name, value] : fields) {
        if (name == "acl") {
            put.request.head.headers.set("x-amz-acl", value);
        } else if (name != "policy" && name != "key") {
            put.request.head.headers.set(name, value);
        }
    }
    for (const std::string_view name : kOwn) {
        put.request.head.headers.remove(name);
        if (const auto value = call.header(name)) {
            put.request.head.headers.add(std::string(name), std::string(*value));
        }
    }
    return put;
}

std::string posted_document(const triggers::ObjectInfo& object, const std::string& location) {
    XmlWriter xml;
    xml.open("PostResponse");
    xml.leaf("Location", location);
    xml.leaf("Bucket", object.bucket);
    xml.leaf("Key", object.key);
    xml.leaf("ETag", quoted(object.etag));
    xml.close();
    return xml.take();
}

std::string redirect_to(const std::string& address, const triggers::ObjectInfo& object) {
    auto encoded = [](const std::string& text) {
        return http::percent_encode(text, http::Slash::kEncode);
    };
    return address + (address.find('?') == std::string::npos ? "?" : "&") +
           "bucket=" + encoded(object.bucket) + "&key=" + encoded(object.key) +
           "&etag=" + encoded(quoted(object.etag));
}

bool is_web_address(const std::string& text) {
    const bool is_clean = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F;
    });
    return is_clean && (text.starts_with("http://") || text.starts_with("https://"));
}

http::Response posted_response(
    const S3Call& call, const FormFields& fields, const triggers::ObjectInfo& object
) {
    const std::string host(call.header("Host").value_or("localhost"));
    std::string path = "/" + http::percent_encode(object.key, http::Slash::kKeep);
    if (!host.starts_with(object.bucket + ".")) {
        path = "/" + object.bucket + path;
    }
    const std::string location = std::string(call.request.head.scheme()) + "://" + host + path;
    const std::string status = field_or_empty(fields, "success_action_status");
    std::string redirect = field_or_empty(fields, "success_action_redirect");
    if (redirect.empty()) {
        redirect = field_or_empty(fields, "redirect");
    }
    http::Response response = empty_response(status == "200" ? 200 : 204);
    response.headers.set("Location", location);
    if (is_web_address(redirect)) {
        response.status = 303;
        response.headers.set("Location", redirect_to(redirect, object));
    } else if (status == "201") {
        response.status = 201;
        response.headers.set("Content-Type", "application/xml");
        response.body = posted_document(object, location);
    }
    response.headers.set("ETag", quoted(object.etag));
    write_version_id(object, response.headers);
    return response;
}

}  // namespace

struct PostOperation::Form {
    FormFields fields;
    std::string file_name;
    std::uint64_t bytes_min = 0;
    std::uint64_t bytes_max = kUploadBytesMax;
};

Task<Answer<PostOperation::Form>> PostOperation::read_fields(const S3Call& call, FormBody& body) {
    Form form;
    std::size_t bytes_left = kFieldsBytesMax;
    for (std::size_t count = 0;; ++count) {
        LAMBENT_CO_TRY(const auto field, co_await body.next_field());
        if (!field) {
            co_return invalid_argument(
                "POST requires exactly one file upload per request.", "file", "0"
            );
        }
        const std::string name = lower_case(field->name);
        if (name == "file") {
            form.file_name = base_name(field->file_name);
            break;
        }
        const std::size_t head_bytes = kFieldHeadBytes + name.size();
        if (count == kFieldsMax || head_bytes > bytes_left) {
            co_return form_too_large();
        }
        bytes_left -= head_bytes;
        LAMBENT_CO_TRY(std::string value, co_await body.value(bytes_left));
        bytes_left -= value.size();
        LAMBENT_CO_TRY(check_field(name, value));
        form.fields[name] = std::move(value);
    }
    std::string& key = form.fields["key"];
    if (key.empty()) {
        co_return invalid_argument(
            "Bucket POST must contain a field named 'key'.  If it is "
            "specified, please check the order of the fields.",
            "key",
            ""
        );
    }
    if (const auto at = key.find(kFileName); at != std::string::npos) {
        key.replace(at, sizeof(kFileName) - 1, form.file_name);
    }
    form.fields["bucket"] = call.bucket();
    co_return form;
}

// Whether the policy is of somebody whose key is known, and the form is as it says.
Answer<void> PostOperation::prove(Form& form, S3Call& call) const {
    const std::string policy_text = field_or_empty(form.fields, "policy");
    if (policy_text.empty()) {
        return {};
    }
    // Where no signatures are asked for, everybody is the owner already.
    if (!call.request.principal.is_root) {
        LAMBENT_TRY(
            call.request.principal,
            signer_of(form.fields, call.request.head.entrance, credentials_, config_.region)
        );
    }
    std::string json;
    if (!from_base64(policy_text, json)) {
        return AwsError(400, "InvalidPolicyDocument", "Invalid Policy: Invalid Base64.");
    }
    LAMBENT_TRY(const PostPolicy policy, PostPolicy::parse(json));
    LAMBENT_TRY(policy.check(form.fields, clock_.wall_now()));
    form.bytes_min = policy.bytes_min();
    form.bytes_max = std::min(policy.bytes_max(), kUploadBytesMax);
    return {};
}

Task<Answer<triggers::ObjectInfo>> PostOperation::store(S3Call put, Form form, FormBody& body) {
    LAMBENT_CO_TRY(triggers::ObjectInfo info, read_object_headers(put));
    LAMBENT_CO_TRY(const BodyChecks checks, read_body_checks(put));
    if (const std::string tags = field_or_empty(form.fields, "tagging"); !tags.empty()) {
        LAMBENT_CO_TRY(info.tags, parse_tagging(tags, kObjectTagsMax));
    }
    info.checksum_kind = checks.kind;
    auto beginning = store_.begin_upload(put.bucket(), checks.kind);
    LAMBENT_CO_TRY(auto upload, in_s3(co_await std::move(beginning)));
    for (;;) {
        LAMBENT_CO_TRY(std::string bytes, co_await body.some());
        if (bytes.empty()) {
            break;
        }
        if (upload->size() + bytes.size() > form.bytes_max) {
            co_return entity_too_large();
        }
        LAMBENT_CO_TRY(in_s3(co_await upload->write(std::move(bytes))));
    }
    if (upload->size() < form.bytes_min) {
        co_return AwsError(
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed object size."
        );
    }
    LAMBENT_CO_TRY(const auto digests, in_s3(co_await upload->finish()));
    LAMBENT_CO_TRY(compare_digests(checks, digests));
    auto committing = store_.commit(
        std::move(upload), std::move(info), triggers::ObjectEventKind::kCreatedPost, put.cause()
    );
    co_return in_s3(co_await std::move(committing));
}

Task<Answer<http::Response>> PostOperation::post(S3Call call) {
    const auto boundary = FormBody::boundary_of(call.header("Content-Type").value_or(""));
    if (!boundary) {
        co_return AwsError(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold"
        );
    }
    FormBody body(*call.body, *boundary);
    LAMBENT_CO_TRY(Form form, co_await read_fields(call, body));
    LAMBENT_CO_TRY(prove(form, call));
    call.target.key = form.fields.at("key");
    if (!triggers::is_object_key(call.key())) {
        co_return to_s3(Error(Code::kInvalidArgument, "key", "not a key"));
    }
    const FormFields fields = form.fields;
    const S3Call put = as_put(call, fields);
    LAMBENT_CO_TRY(co_await guard_.check(put, Operation::kPutObject));
    auto storing = store(put, std::move(form), body);
    LAMBENT_CO_TRY(const auto object, co_await std::move(storing));
    co_return posted_response(call, fields, object);
}

}  // namespace lambent::api::s3
