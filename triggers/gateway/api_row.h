#pragma once

#include "base/result.h"
#include "triggers/gateway/http_api.h"
#include "triggers/gateway/rest_api.h"

#include <string>

namespace lambent::triggers {

// How an API lies in the database: one row, since nothing is asked of a part of it. kCorrupted when
// a text is not one of ours.
template <class Api>
struct ApiRow;

template <>
struct ApiRow<HttpApi> {
    static constexpr char kRoom[] = "triggers.gateway";  // of the migrations
    static constexpr char kTable[] = "http_api";
    static std::string text(const HttpApi& api);
    static Result<HttpApi> read(const std::string& id, const std::string& text);
};

template <>
struct ApiRow<RestApi> {
    static constexpr char kRoom[] = "triggers.gateway.rest";
    static constexpr char kTable[] = "rest_api";
    static std::string text(const RestApi& api);
    static Result<RestApi> read(const std::string& id, const std::string& text);
};

}  // namespace lambent::triggers
