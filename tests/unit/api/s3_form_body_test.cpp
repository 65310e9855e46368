#include "api/s3/form_body.h"
#include "tests/support/s3_room.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace lambent;
using namespace lambent::tests;
using api::s3::FormBody;

namespace {

// "name=value;" of all fields, or the name of the error.
Task<std::string> read_all(FormBody& form) {
    std::string text;
    for (;;) {
        const auto field = co_await form.next_field();
        if (field.has_error()) {
            co_return field.error().name();
        }
        if (!*field) {
            co_return text;
        }
        text += (*field)->name + "=";
        for (;;) {
            const auto bytes = co_await form.some();
            if (bytes.has_error()) {
                co_return bytes.error().name();
            }
            if (bytes->empty()) {
                break;
            }
            text += *bytes;
        }
        text += ";";
    }
}

std::string read(const std::string& body, std::size_t piece) {
    boost::asio::io_context loop;
    PieceReader reader(body, piece);
    FormBody form(reader, "xyz");
    return run_flow(loop, read_all(form));
}

const std::string kForm =
    "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
    "--xyz\r\ncontent-disposition: form-data; name=file; filename=\"name=x\"\r\n"
    "Content-Type: text/plain\r\n\r\n\r\n--xy\r\n-\r\r\n--xyz--\r\n";

}  // namespace

TEST_CASE("A form reads the same in pieces of any size", "[api][FormBody]") {
    for (const std::size_t piece : {1, 2, 3, 5, 7, 64, 1000}) {
        CHECK(read(kForm, piece) == "a=1;file=\r\n--xy\r\n-\r;");
    }
}

TEST_CASE("A form that is cut or changed is refused or read, never more", "[api][FormBody]") {
    for (std::size_t length = 0; length + 4 < kForm.size(); ++length) {
        CHECK(read(kForm.substr(0, length), 3) == "MalformedPOSTRequest");
    }
    std::mt19937 random(11);
    for (int round = 0; round < 2000; ++round) {
        std::string body = kForm;
        body[random() % body.size()] = static_cast<char>(random() % 256);
        CHECK(read(body, 1 + random() % 40).size() <= body.size());
    }
}

TEST_CASE("A form's lines are short, however they come", "[api][FormBody]") {
    const auto form = [](std::size_t padding) {
        return "--xyz\r\nX-Long: " + std::string(padding, 'p') +
               "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz--\r\n";
    };
    for (const std::size_t piece : {1, 1000, 100'000}) {
        CHECK(read(form(4088), piece) == "a=1;");
        CHECK(read(form(4089), piece) == "MalformedPOSTRequest");
    }
}

TEST_CASE("The boundary is found in the content type", "[api][FormBody]") {
    CHECK(FormBody::boundary_of("multipart/form-data; boundary=xyz") == "xyz");
    CHECK(FormBody::boundary_of("Multipart/Form-Data;boundary=\"x y\"; charset=utf-8") == "x y");
    CHECK_FALSE(FormBody::boundary_of("multipart/form-data"));
    CHECK_FALSE(FormBody::boundary_of("text/plain; boundary=xyz"));
    CHECK_FALSE(FormBody::boundary_of("multipart/form-data; boundary=" + std::string(201, 'b')));
}
