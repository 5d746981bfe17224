#include "connectors/codec/binary/msgpack_reader.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

#include "connectors/codec/binary/json_value_writer.h"
#include "connectors/codec/values/time_text.h"

// https://github.com/msgpack/msgpack/blob/master/spec.md. Of a format of one byte in front of each value this is less
// than what it takes to have a library tell of values: msgpack-cxx of Debian 12 does not install beside Boost 1.81, and
// msgpack-c makes documents.
namespace laminar {
namespace {

// From the year 1 to 9999.
constexpr std::int64_t first_second = -62'135'596'800;
constexpr std::int64_t last_second = 253'402'300'799;

class MsgpackReader {
public:
    MsgpackReader(std::string_view payload, std::string& json) : payload_(payload), writer_(json) {}

    std::optional<MessageError> read() {
        while (at_ < payload_.size()) {
            value_at_ = at_;
            if (!read_value()) return failure();
        }
        if (!writer_.is_complete()) return ends_early();
        return std::nullopt;
    }

private:
    std::optional<MessageError> failure() const {
        if (writer_.is_too_deep())
            return MessageError{"too_deep", fmt::format("the message is nested deeper than {} levels at byte {}",
                                                        JsonValueWriter::maximum_depth, value_at_)};
        if (short_of_bytes_) return ends_early();
        return MessageError{"invalid_msgpack", fmt::format("no MessagePack at byte {}: {}", value_at_,
                                                           reason_.empty() ? writer_.error() : reason_)};
    }

    std::optional<MessageError> ends_early() const {
        return MessageError{"invalid_msgpack",
                            fmt::format("the message ends after {} bytes, within a value", payload_.size())};
    }

    bool read_value() {
        const auto byte = static_cast<std::uint8_t>(payload_[at_++]);
        if (byte <= 0x7f) return writer_.natural(byte);
        if (byte <= 0x8f) return writer_.begin_map(byte & 0x0fU);
        if (byte <= 0x9f) return writer_.begin_array(byte & 0x0fU);
        if (byte <= 0xbf) return read_text(byte & 0x1fU);
        if (byte >= 0xe0) return writer_.integer(static_cast<std::int8_t>(byte));
        return read_marked(byte);
    }

    bool read_marked(std::uint8_t byte) {
        switch (byte) {
            case 0xc0:
                return writer_.null();
            case 0xc2:
            case 0xc3:
                return writer_.boolean(byte == 0xc3);
            case 0xc4:
            case 0xc5:
            case 0xc6:
                return with_number(1U << (byte - 0xc4), [&](std::uint64_t size) { return read_bytes(size); });
            case 0xc7:
            case 0xc8:
            case 0xc9:
                return with_number(1U << (byte - 0xc7), [&](std::uint64_t size) { return read_extension(size); });
            case 0xca:
                return with_number(4, [&](std::uint64_t bits) {
                    return writer_.real(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
                });
            case 0xcb:
                return with_number(8, [&](std::uint64_t bits) { return writer_.real(std::bit_cast<double>(bits)); });
            case 0xcc:
            case 0xcd:
            case 0xce:
            case 0xcf:
                return with_number(1U << (byte - 0xcc), [&](std::uint64_t value) { return writer_.natural(value); });
            case 0xd0:
                return with_number(1, [&](std::uint64_t v) { return writer_.integer(static_cast<std::int8_t>(v)); });
            case 0xd1:
                return with_number(2, [&](std::uint64_t v) { return writer_.integer(static_cast<std::int16_t>(v)); });
            case 0xd2:
                return with_number(4, [&](std::uint64_t v) { return writer_.integer(static_cast<std::int32_t>(v)); });
            case 0xd3:
                return with_number(8, [&](std::uint64_t v) { return writer_.integer(static_cast<std::int64_t>(v)); });
            case 0xd4:
            case 0xd5:
            case 0xd6:
            case 0xd7:
            case 0xd8:
                return read_extension(std::uint64_t{1} << (byte - 0xd4));
            case 0xd9:
            case 0xda:
            case 0xdb:
                return with_number(1U << (byte - 0xd9), [&](std::uint64_t size) { return read_text(size); });
            case 0xdc:
            case 0xdd:
                return with_number(2U << (byte - 0xdc), [&](std::uint64_t n) { return writer_.begin_array(n); });
            case 0xde:
            case 0xdf:
                return with_number(2U << (byte - 0xde), [&](std::uint64_t n) { return writer_.begin_map(n); });
            default:
                reason_ = "0xc1 begins no value";
                return false;
        }
    }

    /// As many bytes, which must be there; nullopt where they are not: nothing is allocated for what a length claims.
    std::optional<std::string_view> take(std::uint64_t size) {
        if (size > payload_.size() - at_) {
            short_of_bytes_ = true;
            return std::nullopt;
        }
        const std::string_view taken = payload_.substr(at_, static_cast<std::size_t>(size));
        at_ += taken.size();
        return taken;
    }

    static std::uint64_t number_of(std::string_view bytes) {
        std::uint64_t number = 0;
        for (const char byte : bytes) number = (number << 8U) | static_cast<std::uint8_t>(byte);
        return number;
    }

    template <class Use>
    bool with_number(std::size_t size, const Use& use) {
        const auto bytes = take(size);
        return bytes && use(number_of(*bytes));
    }

    bool read_text(std::uint64_t size) {
        const auto text = take(size);
        return text && writer_.text(*text);
    }

    bool read_bytes(std::uint64_t size) {
        const auto bytes = take(size);
        return bytes && writer_.bytes(*bytes);
    }

    bool read_extension(std::uint64_t size) {
        const auto type_byte = take(1);
        const auto data = type_byte ? take(size) : std::nullopt;
        if (!data) return false;
        const auto type = static_cast<std::int8_t>(type_byte->front());
        if (type == -1) return write_timestamp(*data);
        return writer_.begin_map(2) && writer_.text("type") && writer_.integer(type) && writer_.text("data") &&
               writer_.bytes(*data);
    }

    bool write_timestamp(std::string_view data) {
        std::int64_t seconds = 0;
        std::uint64_t nanoseconds = 0;
        if (data.size() == 4) {
            seconds = static_cast<std::int64_t>(number_of(data));
        } else if (data.size() == 8) {
            const std::uint64_t both = number_of(data);
            nanoseconds = both >> 34U;
            seconds = static_cast<std::int64_t>(both & ((std::uint64_t{1} << 34U) - 1));
        } else if (data.size() == 12) {
            nanoseconds = number_of(data.substr(0, 4));
            seconds = static_cast<std::int64_t>(number_of(data.substr(4)));
        } else {
            reason_ = "a timestamp has 4, 8 or 12 bytes";
            return false;
        }
        if (nanoseconds > 999'999'999) {
            reason_ = "a timestamp has more nanoseconds than a second";
            return false;
        }
        if (seconds < first_second || seconds > last_second) {
            reason_ = "a timestamp is not within the years 1 to 9999";
            return false;
        }
        std::string text;
        append_timestamp(text, seconds, TypeId::timestamp_s, 'T');
        if (nanoseconds > 0) text += fmt::format(".{:09}", nanoseconds);
        text += 'Z';
        return writer_.text(text);
    }

    std::string_view payload_;
    JsonValueWriter writer_;
    std::size_t at_ = 0;
    std::size_t value_at_ = 0;
    bool short_of_bytes_ = false;
    std::string_view reason_;
};

}  // namespace

std::optional<MessageError> append_msgpack_as_json(std::string_view payload, std::string& json) {
    return MsgpackReader(payload, json).read();
}

}  // namespace laminar
