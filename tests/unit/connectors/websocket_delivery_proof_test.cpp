#include <doctest/doctest.h>

#include <string>

#include "connectors/websocket/session/delivery_proof.h"

namespace laminar {

namespace {

std::string ping(DeliveryProof& proof) {
    std::string payload = proof.ping_payload();
    proof.pinged();
    return payload;
}

void write(DeliveryProof& proof, int count) {
    for (int i = 0; i < count; ++i) proof.wrote();
}

}  // namespace

TEST_CASE("delivery proof: a pong proves what was written before its ping, and nothing else does") {
    DeliveryProof proof;
    write(proof, 3);
    CHECK(proof.sent(3) == 0);
    CHECK(proof.in_doubt() == 3);
    const std::string first = ping(proof);
    CHECK(proof.awaits_pong());
    write(proof, 2);
    CHECK(proof.sent(2) == 0);
    CHECK(proof.pong("") == 0);
    CHECK(proof.pong("hello") == 0);
    CHECK(proof.pong("4") == 0);  // Nobody has pinged so far.
    CHECK(proof.pong("3x") == 0);
    CHECK(proof.in_doubt() == 5);
    CHECK(proof.pong(first) == 3);
    CHECK(proof.pong(first) == 0);
    CHECK_FALSE(proof.awaits_pong());
    CHECK(proof.in_doubt() == 2);
    // A peer may answer the latest ping alone.
    (void)ping(proof);
    write(proof, 1);
    CHECK(proof.pong(ping(proof)) == 2);
    CHECK(proof.in_doubt() == 0);
    CHECK(proof.sent(1) == 1);  // The pong was faster than the news that the message had left.
    CHECK(proof.in_doubt() == 0);
}

}  // namespace laminar
