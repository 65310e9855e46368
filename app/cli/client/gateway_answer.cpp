#include "app/cli/client/gateway_answer.h"

namespace lambent::cli {
namespace {

constexpr char kUriBegin[] = ":lambda:path/2015-03-31/functions/";
constexpr char kUriEnd[] = "/invocations";

}  // namespace

std::string invocation_uri(const std::string& region, const std::string& function_arn) {
    return "arn:aws:apigateway:" + region + kUriBegin + function_arn + kUriEnd;
}

std::string invoked_function(const std::string& uri) {
    const std::string begin = kUriBegin;
    const std::size_t at = uri.find(begin);
    if (at == std::string::npos || !uri.ends_with(kUriEnd)) {
        return "";
    }
    std::string arn = uri.substr(at + begin.size());
    arn.resize(arn.size() - (sizeof(kUriEnd) - 1));
    return arn;
}

}  // namespace lambent::cli
