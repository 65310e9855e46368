#include "sandbox/protocol/packet_socket.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

using lambent::Code;
using lambent::UniqueFd;
using lambent::sandbox::Packet;
using lambent::sandbox::PacketSocket;

namespace {

std::pair<PacketSocket, PacketSocket> make_pair() {
    auto pair = PacketSocket::pair();
    REQUIRE(pair.has_value());
    return std::move(pair).value();
}

Packet text(std::string words) {
    Packet packet;
    packet.text = std::move(words);
    return packet;
}

Packet received(PacketSocket& socket) {
    auto packet = socket.receive();
    REQUIRE(packet.has_value());
    REQUIRE(packet->has_value());
    return std::move(**packet);
}

}  // namespace

TEST_CASE("PacketSocket keeps messages apart", "[sandbox][PacketSocket]") {
    auto [left, right] = make_pair();
    REQUIRE(left.send(text("one")).has_value());
    REQUIRE(left.send(text("two")).has_value());
    CHECK(received(right).text == "one");
    CHECK(received(right).text == "two");
    CHECK_FALSE(right.receive().value().has_value());
}

TEST_CASE("PacketSocket passes descriptors that close on exec", "[sandbox][PacketSocket]") {
    auto [left, right] = make_pair();
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const UniqueFd reading(ends[0]);
    Packet packet = text("pipe");
    packet.descriptors.emplace_back(ends[1]);
    REQUIRE(left.send(std::move(packet)).has_value());
    const Packet arrived = received(right);
    REQUIRE(arrived.descriptors.size() == 1);
    CHECK((::fcntl(arrived.descriptors[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
    REQUIRE(::write(arrived.descriptors[0].get(), "x", 1) == 1);
    char letter = 0;
    CHECK(::read(reading.get(), &letter, 1) == 1);
}

TEST_CASE("PacketSocket queues what the kernel does not take at once", "[sandbox][PacketSocket]") {
    auto [left, right] = make_pair();
    constexpr int kMessages = 100;
    for (int i = 0; i < kMessages; ++i) {
        REQUIRE(left.send(text(std::string(50'000, static_cast<char>('a' + i % 26)))).has_value());
    }
    CHECK(left.wants_write());
    for (int i = 0; i < kMessages; ++i) {
        REQUIRE(left.flush().has_value());
        CHECK(received(right).text.front() == static_cast<char>('a' + i % 26));
    }
    CHECK_FALSE(left.wants_write());
}

TEST_CASE("PacketSocket says when the other end is gone", "[sandbox][PacketSocket]") {
    auto [left, right] = make_pair();
    right = PacketSocket();
    CHECK(left.receive().error().code() == Code::kUnavailable);
    CHECK(left.send(text("late")).has_error());
}

TEST_CASE("PacketSocket refuses messages that do not fit", "[sandbox][PacketSocket]") {
    auto [left, right] = make_pair();
    CHECK(left.send(text(std::string(1 << 20, 'x'))).error().code() == Code::kTooLarge);
}
