#include <doctest/doctest.h>

#include <string>

#include "connectors/websocket/frames/frame_boundary.h"

using laminar::FrameBoundary;

namespace {

std::string frame(int first, std::size_t payload, bool masked = false) {
    std::string bytes(1, static_cast<char>(first));
    const int mask = masked ? 0x80 : 0;
    if (payload < 126) {
        bytes += static_cast<char>(mask | static_cast<int>(payload));
    } else if (payload < 65536) {
        bytes += static_cast<char>(mask | 126);
        bytes += static_cast<char>(payload >> 8);
        bytes += static_cast<char>(payload & 255);
    } else {
        bytes += static_cast<char>(mask | 127);
        for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>((payload >> shift) & 255);
    }
    if (masked) bytes += "mask";
    return bytes + std::string(payload, 'x');
}

}  // namespace

TEST_CASE("frame boundary: bytes are presented frame by frame, however they arrive") {
    for (const std::size_t payload : {0UL, 1UL, 125UL, 126UL, 65535UL, 65536UL, 70000UL}) {
        for (const bool masked : {false, true}) {
            const std::string first = frame(0x81, payload, masked);
            const std::string stream = first + frame(0x82, 3, masked);
            FrameBoundary boundary;
            boundary.expect_frames();
            CHECK(boundary.starts_final_data_frame(stream.data(), stream.size()));
            CHECK_FALSE(boundary.starts_final_data_frame(stream.data(), first.size() - 1));
            CHECK(boundary.presentable(stream.data(), stream.size()) == first.size());
            // Handed out in two parts.
            boundary.consume(stream.data(), stream.size(), 1);
            CHECK(boundary.presentable(stream.data() + 1, stream.size() - 1) == first.size() - 1);
            CHECK_FALSE(boundary.starts_final_data_frame(stream.data() + 1, stream.size() - 1));
            boundary.consume(stream.data() + 1, stream.size() - 1, first.size() - 1);
            CHECK(boundary.starts_final_data_frame(stream.data() + first.size(), stream.size() - first.size()));
        }
    }
}

TEST_CASE("frame boundary: control frames and fragments are left to the asynchronous path") {
    FrameBoundary boundary;
    boundary.expect_frames();
    for (const int first : {0x88, 0x89, 0x8A, 0x01, 0x02, 0x00}) {
        const std::string bytes = frame(first, 4);
        CHECK_FALSE(boundary.starts_final_data_frame(bytes.data(), bytes.size()));
    }
}

TEST_CASE("frame boundary: a close frame is handed out whole") {
    for (const bool masked : {false, true}) {
        FrameBoundary boundary;
        boundary.expect_frames();
        const std::string bytes = frame(0x88, 125, masked);
        CHECK(boundary.close_frame_length(bytes.data(), bytes.size()) == bytes.size());
        CHECK(boundary.is_known(bytes.data(), bytes.size()));
        CHECK(boundary.close_frame_length(bytes.data(), bytes.size() - 1) == 0);
        CHECK_FALSE(boundary.is_known(bytes.data(), bytes.size() - 1));
        // One that is longer than any may be is not waited for.
        const std::string absurd = frame(0x88, 70000, masked);
        CHECK(boundary.is_known(absurd.data(), 20));
        CHECK(boundary.close_frame_length(absurd.data(), absurd.size()) == 0);
        // Neither is one of another kind, nor what stands within a message.
        CHECK(boundary.is_known(frame(0x89, 125, masked).data(), 20));
        const std::string message = frame(0x81, 20, masked) + bytes;
        boundary.consume(message.data(), message.size(), 10);
        CHECK(boundary.close_frame_length(bytes.data(), bytes.size()) == 0);
    }
}

TEST_CASE("frame boundary: an incomplete header is not known, an absurd length does not overflow") {
    FrameBoundary boundary;
    boundary.expect_frames();
    const std::string bytes = frame(0x81, 70000, true);
    for (std::size_t size = 0; size < 14; ++size) CHECK_FALSE(boundary.is_known(bytes.data(), size));
    CHECK(boundary.is_known(bytes.data(), 14));
    const std::string absurd = std::string("\x81\x7f") + std::string(8, '\xff') + "rest";
    CHECK(boundary.presentable(absurd.data(), absurd.size()) == absurd.size());
    boundary.consume(absurd.data(), absurd.size(), absurd.size());
    CHECK(boundary.is_known(absurd.data(), 1));
}

TEST_CASE("frame boundary: an HTTP head ends at its empty line, also when it comes byte by byte") {
    const std::string head = "HTTP/1.1 101 Switching\r\nA: \r\r\n\r\n";
    const std::string stream = head + frame(0x81, 2);
    FrameBoundary whole;
    whole.expect_http_head();
    CHECK(whole.presentable(stream.data(), stream.size()) == head.size());
    FrameBoundary boundary;
    boundary.expect_http_head();
    for (std::size_t at = 0; at < head.size(); ++at) {
        CHECK(boundary.presentable(stream.data() + at, 1) == 1);
        boundary.consume(stream.data() + at, 1, 1);
    }
    boundary.expect_frames();
    CHECK(boundary.starts_final_data_frame(stream.data() + head.size(), 4));
}

TEST_CASE("frame boundary: a message of one frame is known as such when all of it is there") {
    for (const std::size_t payload : {0UL, 1UL, 125UL, 126UL, 65535UL, 65536UL}) {
        for (const bool masked : {false, true}) {
            for (const int first : {0x81, 0x82}) {
                const std::string bytes = frame(first, payload, masked);
                const std::string more = bytes + frame(0x81, 3, masked);
                FrameBoundary boundary;
                boundary.expect_frames();
                CHECK_FALSE(boundary.whole_message(bytes.data(), bytes.size() - 1));
                const auto message = boundary.whole_message(more.data(), more.size());
                REQUIRE(message);
                CHECK(message->header + message->payload == bytes.size());
                CHECK(message->payload == payload);
                CHECK(message->is_binary == (first == 0x82));
                CHECK(message->is_masked == masked);
                boundary.consume(more.data(), more.size(), 1);
                CHECK_FALSE(boundary.whole_message(more.data() + 1, more.size() - 1));
            }
        }
    }
}

TEST_CASE("frame boundary: what has to be looked at more closely is no message of one frame") {
    FrameBoundary boundary;
    const std::string usual = frame(0x81, 5);
    CHECK_FALSE(boundary.whole_message(usual.data(), usual.size()));  // No frames are expected yet.
    boundary.expect_frames();
    // A part of a message, its continuation, reserved bits, pings, pongs, close frames, unknown kinds.
    for (const int first : {0x01, 0x02, 0x80, 0x00, 0xC1, 0xA1, 0x91, 0x89, 0x8A, 0x88, 0x83, 0x8F}) {
        const std::string bytes = frame(first, 5);
        CHECK_FALSE(boundary.whole_message(bytes.data(), bytes.size()));
    }
    // Lengths that are longer than they need be.
    const std::string in_two("\x81\x7e\x00\x05hello", 9);
    CHECK_FALSE(boundary.whole_message(in_two.data(), in_two.size()));
    const std::string in_eight("\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x05hello", 15);
    CHECK_FALSE(boundary.whole_message(in_eight.data(), in_eight.size()));
    const std::string endless("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xffhello", 15);
    CHECK_FALSE(boundary.whole_message(endless.data(), endless.size()));
}
