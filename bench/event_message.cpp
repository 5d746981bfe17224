#include "bench/event_message.h"

#include <fmt/format.h>

namespace laminar::bench {

std::string event_message(std::uint32_t number) {
    const std::uint32_t seconds = number / 1000;
    return fmt::format(
        R"({{"event_id":"evt-{:08}","event_type":"transaction","symbol":"SYM{:02}","price":{}.42,"volume":{},)"
        R"("timestamp":"2024-03-15T{:02}:{:02}:{:02}.{:03}Z","data":{{"user_id":"u{:02}","amount":{}}}}})",
        number % 100'000'000, number * 7 % 100, 10 + number % 90, 100 + number % 900, seconds / 3600, seconds / 60 % 60,
        seconds % 60, number % 1000, number % 100, 10 + number % 90);
}

std::string text_frame(std::string_view payload, bool masked) {
    std::string frame = "\x81";
    const char mask_bit = static_cast<char>(masked ? 0x80 : 0);
    if (payload.size() < 126) {
        frame += static_cast<char>(static_cast<char>(payload.size()) | mask_bit);
    } else if (payload.size() < 65'536) {
        frame += static_cast<char>(126 | mask_bit);
        frame += static_cast<char>(payload.size() >> 8U);
        frame += static_cast<char>(payload.size() & 0xFFU);
    } else {
        frame += static_cast<char>(127 | mask_bit);
        for (int shift = 56; shift >= 0; shift -= 8)
            frame += static_cast<char>((static_cast<std::uint64_t>(payload.size()) >> shift) & 0xFFU);
    }
    // A mask of zeros is a mask: whoever reads it has the same work.
    if (masked) frame.append(4, '\0');
    return frame.append(payload);
}

}  // namespace laminar::bench
