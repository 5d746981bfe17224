#include <doctest/doctest.h>

#include "connectors/websocket/frames/frame_maker.h"

using namespace laminar;

namespace {

std::string unmask(std::string_view frame, std::size_t key_at) {
    std::string payload;
    for (std::size_t at = key_at + 4; at < frame.size(); ++at)
        payload += static_cast<char>(frame[at] ^ frame[key_at + (at - key_at - 4) % 4]);
    return payload;
}

}  // namespace

TEST_CASE("frame maker: lengths are in their shortest form") {
    CHECK(make_frame(FrameOpcode::text, "", false) == std::string("\x81\x00", 2));
    CHECK(make_frame(FrameOpcode::binary, "abc", false) ==
          "\x82\x03"
          "abc");
    const std::string most_short(125, 'x');
    CHECK(make_frame(FrameOpcode::text, most_short, false) == "\x81\x7D" + most_short);
    const std::string least_medium(126, 'x');
    CHECK(make_frame(FrameOpcode::text, least_medium, false) == std::string("\x81\x7E\x00\x7E", 4) + least_medium);
    const std::string most_medium(65'535, 'x');
    CHECK(make_frame(FrameOpcode::text, most_medium, false) == "\x81\x7E\xFF\xFF" + most_medium);
    const std::string least_long(65'536, 'x');
    CHECK(make_frame(FrameOpcode::text, least_long, false) ==
          std::string("\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10) + least_long);
}

TEST_CASE("frame maker: clients mask") {
    const std::string text = "some text that is longer than a key";
    const std::string frame = make_frame(FrameOpcode::text, text, true);
    CHECK(static_cast<unsigned char>(frame[1]) == (0x80 | text.size()));
    CHECK(unmask(frame, 2) == text);
    CHECK(frame != make_frame(FrameOpcode::text, text, true));
    const std::string longer(300, 'y');
    CHECK(unmask(make_frame(FrameOpcode::text, longer, true), 4) == longer);
    CHECK(make_close_frame(1002, false) == "\x88\x02\x03\xEA");
}
