#include "connectors/websocket/frames/frame_maker.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace laminar {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::size_t longest_short = 125;

void append_big_endian(std::string& target, std::uint64_t number, unsigned bytes) {
    for (unsigned byte = bytes; byte-- > 0;) target += static_cast<char>((number >> (8 * byte)) & 0xFFU);
}

}  // namespace

std::string make_frame(FrameOpcode opcode, std::string_view payload, bool masked) {
    std::string frame;
    frame.reserve(payload.size() + 14);
    frame += static_cast<char>(final_bit | static_cast<std::uint8_t>(opcode));
    const std::uint8_t mask = masked ? mask_bit : 0;
    if (payload.size() <= longest_short) {
        frame += static_cast<char>(mask | payload.size());
    } else if (payload.size() <= 0xFFFF) {
        frame += static_cast<char>(mask | 126);
        append_big_endian(frame, payload.size(), 2);
    } else {
        frame += static_cast<char>(mask | 127);
        append_big_endian(frame, payload.size(), 8);
    }
    if (!masked) return frame.append(payload);
    // Not to be foreseen by whoever makes the payload (section 10.3).
    std::array<unsigned char, 4> key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) throw std::runtime_error("no random numbers");
    for (const unsigned char byte : key) frame += static_cast<char>(byte);
    for (std::size_t at = 0; at < payload.size(); ++at) {
        frame += static_cast<char>(static_cast<unsigned char>(payload[at]) ^ key[at % key.size()]);
    }
    return frame;
}

std::string make_close_frame(std::uint16_t code, bool masked) {
    std::string payload;
    append_big_endian(payload, code, 2);
    return make_frame(FrameOpcode::close, payload, masked);
}

}  // namespace laminar
