#include "app/cli/client/function_url_api.h"

#include "app/cli/client/service_error.h"

#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

using nlohmann::json;
using Texts = std::vector<std::string>;

HttpCall url_call(
    const std::string& method, const std::string& function, const std::string& alias
) {
    HttpCall call;
    call.service = "lambda";
    call.method = method;
    call.path = "/2021-10-31/functions/" + function + "/url";
    if (!alias.empty()) {
        call.query.emplace_back("Qualifier", alias);
    }
    return call;
}

// No rules at all say that there are none.
json cors_of(const UrlSettings& settings) {
    json cors = json::object();
    const auto put = [&](const char* name, const Texts& list) {
        if (!list.empty()) {
            cors[name] = list;
        }
    };
    put("AllowOrigins", settings.allow_origins);
    put("AllowMethods", settings.allow_methods);
    put("AllowHeaders", settings.allow_headers);
    put("ExposeHeaders", settings.expose_headers);
    if (settings.allow_credentials) {
        cors["AllowCredentials"] = true;
    }
    if (settings.max_age_s) {
        cors["MaxAge"] = *settings.max_age_s;
    }
    return cors;
}

Result<UrlView> view_of(const std::string& text) {
    try {
        const json document = json::parse(text);
        UrlView view;
        view.url = document.at("FunctionUrl").get<std::string>();
        view.settings.auth_type = document.at("AuthType").get<std::string>();
        view.settings.invoke_mode = document.value("InvokeMode", view.settings.invoke_mode);
        const json cors = document.value("Cors", json::object());
        view.settings.allow_credentials = cors.value("AllowCredentials", false);
        view.settings.allow_origins = cors.value("AllowOrigins", Texts());
        view.settings.allow_methods = cors.value("AllowMethods", Texts());
        view.settings.allow_headers = cors.value("AllowHeaders", Texts());
        view.settings.expose_headers = cors.value("ExposeHeaders", Texts());
        if (cors.contains("MaxAge")) {
            view.settings.max_age_s = cors.at("MaxAge").get<std::uint32_t>();
        }
        return view;
    } catch (const json::exception& failure) {
        return Error(
            Code::kInternal, std::string("the daemon's answer cannot be read: ") + failure.what()
        );
    }
}

}  // namespace

Result<std::optional<UrlView>> FunctionUrlApi::find(
    const std::string& function, const std::string& alias
) {
    LAMBENT_TRY(const HttpReply reply, client_.send(url_call("GET", function, alias)));
    if (reply.status == 404) {
        return std::optional<UrlView>();
    }
    if (!reply.ok()) {
        return service_error(reply);
    }
    LAMBENT_TRY(UrlView view, view_of(reply.body));
    return std::optional<UrlView>(std::move(view));
}

Result<UrlView> FunctionUrlApi::create(
    const std::string& function, const std::string& alias, const UrlSettings& settings
) {
    return put(url_call("POST", function, alias), settings);
}

Result<UrlView> FunctionUrlApi::update(
    const std::string& function, const std::string& alias, const UrlSettings& settings
) {
    return put(url_call("PUT", function, alias), settings);
}

Result<UrlView> FunctionUrlApi::put(HttpCall call, const UrlSettings& settings) {
    json body;
    body["AuthType"] = settings.auth_type;
    body["InvokeMode"] = settings.invoke_mode;
    body["Cors"] = cors_of(settings);
    call.body = body.dump();
    call.headers.emplace_back("Content-Type", "application/json");
    LAMBENT_TRY(const HttpReply reply, send_ok(client_, call));
    return view_of(reply.body);
}

}  // namespace lambent::cli
