#include "api/s3/delete_marker.h"

#include "api/s3/s3_errors.h"
#include "base/time_format.h"

#include <utility>

namespace lambent::api::s3 {

Task<Answer<http::Response>> refused_object(
    triggers::ObjectStore& store, const S3Call& call, Error error
) {
    const bool asked_for = error.subject() == "marker_version";
    if (error.subject() != "marker" && !asked_for) {
        co_return to_s3(error);
    }
    auto looking = store.marker(call.path());
    const auto marker = co_await std::move(looking);
    if (marker.has_error()) {
        co_return to_s3(error);  // it has gone since
    }
    http::Response response =
        s3_error(to_s3(error), call.request.head.path, call.request.request_id);
    response.headers.set(kMarkerHeader, "true");
    response.headers.set(kVersionHeader, marker->version);
    if (asked_for) {
        response.headers.set("Allow", "DELETE");
        response.headers.set("Last-Modified", http_date(marker->modified));
    }
    co_return response;
}

}  // namespace lambent::api::s3
