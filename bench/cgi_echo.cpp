// The same echo as a CGI program: one process for each call, for fcgiwrap.
#include <cstdio>
#include <cstdlib>
#include <string>

int main() {
    const char* const length = std::getenv("CONTENT_LENGTH");
    std::string body(length != nullptr ? std::strtoul(length, nullptr, 10) : 0, '\0');
    body.resize(std::fread(body.data(), 1, body.size(), stdin));
    std::printf("Content-Type: application/json\r\n\r\n{\"echo\":%s}", body.c_str());
}
