#include "connectors/codec/binary/binary_writer.h"

#include <rapidjson/encodedstream.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <vector>

#include "connectors/codec/values/number_text.h"

namespace laminar {
namespace {

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned shift = bytes * 8; shift > 0; shift -= 8) out += static_cast<char>(value >> (shift - 8));
}

class MsgpackFormat {
public:
    static void null(std::string& out) { out += '\xc0'; }
    static void boolean(std::string& out, bool value) { out += value ? '\xc3' : '\xc2'; }
    static void natural(std::string& out, std::uint64_t value) {
        if (value <= 0x7f) return void(out += static_cast<char>(value));
        const unsigned step = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffff'ffff ? 2 : 3;
        out += static_cast<char>(0xcc + step);
        append_big_endian(out, value, 1U << step);
    }
    static void integer(std::string& out, std::int64_t value) {
        if (value >= -32) return void(out += static_cast<char>(value));
        const unsigned step = value >= INT8_MIN ? 0 : value >= INT16_MIN ? 1 : value >= INT32_MIN ? 2 : 3;
        out += static_cast<char>(0xd0 + step);
        append_big_endian(out, static_cast<std::uint64_t>(value), 1U << step);
    }
    static void big(std::string& out, std::string_view digits) { text(out, digits); }
    static void real(std::string& out, double value) {
        out += '\xcb';
        append_big_endian(out, std::bit_cast<std::uint64_t>(value), 8);
    }
    static void text(std::string& out, std::string_view value) {
        if (value.size() <= 31) {
            out += static_cast<char>(0xa0 | value.size());
        } else {
            const unsigned step = value.size() <= 0xff ? 0 : value.size() <= 0xffff ? 1 : 2;
            out += static_cast<char>(0xd9 + step);
            append_big_endian(out, value.size(), 1U << step);
        }
        out += value;
    }
    static constexpr char array_of_32 = '\xdd';
    static constexpr char map_of_32 = '\xdf';
};

class CborFormat {
public:
    static void null(std::string& out) { out += '\xf6'; }
    static void boolean(std::string& out, bool value) { out += value ? '\xf5' : '\xf4'; }
    static void natural(std::string& out, std::uint64_t value) { head(out, 0, value); }
    static void integer(std::string& out, std::int64_t value) { head(out, 1, static_cast<std::uint64_t>(-1 - value)); }
    static void big(std::string& out, std::string_view digits) {
        const ScaledNumber number = parse_scaled_number(digits, 0);
        if (number.fit != NumberFit::exact) return text(out, digits);
        head(out, 6, number.negative ? 3 : 2);
        const WideUnsigned magnitude = number.negative ? number.magnitude - 1 : number.magnitude;
        std::string bytes;
        append_big_endian(bytes, static_cast<std::uint64_t>(magnitude >> 64U), 8);
        append_big_endian(bytes, static_cast<std::uint64_t>(magnitude), 8);
        bytes.erase(0, std::min(bytes.find_first_not_of('\0'), bytes.size()));
        head(out, 2, bytes.size());
        out += bytes;
    }
    static void real(std::string& out, double value) {
        out += '\xfb';
        append_big_endian(out, std::bit_cast<std::uint64_t>(value), 8);
    }
    static void text(std::string& out, std::string_view value) {
        head(out, 3, value.size());
        out += value;
    }
    static constexpr char array_of_32 = '\x9a';
    static constexpr char map_of_32 = '\xba';

private:
    static void head(std::string& out, unsigned kind, std::uint64_t value) {
        if (value < 24) return void(out += static_cast<char>((kind << 5U) | value));
        const unsigned step = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffff'ffff ? 2 : 3;
        out += static_cast<char>((kind << 5U) | (24 + step));
        append_big_endian(out, value, 1U << step);
    }
};

/// Follows a parse. How many values a container has is known at its end, so that its length has four bytes.
template <class Format>
class BinaryWriter {
public:
    explicit BinaryWriter(std::string& out) : out_(out) {}

    // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names.
    bool Null() { return Format::null(out_), true; }
    bool Bool(bool value) { return Format::boolean(out_, value), true; }
    bool RawNumber(const char* text, rapidjson::SizeType length, bool /*copy*/) {
        append_number({text, length});
        return true;
    }
    bool String(const char* text, rapidjson::SizeType length, bool /*copy*/) {
        return Format::text(out_, {text, length}), true;
    }
    bool Key(const char* text, rapidjson::SizeType length, bool copy) { return String(text, length, copy); }
    bool StartObject() { return begin(Format::map_of_32); }
    bool EndObject(rapidjson::SizeType count) { return end(count); }
    bool StartArray() { return begin(Format::array_of_32); }
    bool EndArray(rapidjson::SizeType count) { return end(count); }
    // Numbers come as RawNumber.
    bool Int(int /*value*/) { return false; }
    bool Uint(unsigned /*value*/) { return false; }
    bool Int64(std::int64_t /*value*/) { return false; }
    bool Uint64(std::uint64_t /*value*/) { return false; }
    bool Double(double /*value*/) { return false; }
    // NOLINTEND(readability-identifier-naming)

private:
    bool begin(char mark) {
        out_ += mark;
        open_.push_back(out_.size());
        out_.append(4, '\0');
        return true;
    }

    bool end(std::uint32_t count) {
        for (unsigned byte = 0; byte < 4; ++byte)
            out_[open_.back() + byte] = static_cast<char>(count >> (24 - 8 * byte));
        open_.pop_back();
        return true;
    }

    void append_number(std::string_view text) {
        const char* const end = text.data() + text.size();
        if (text.find_first_of(".eE") != std::string_view::npos) {
            double value = 0;
            if (std::from_chars(text.data(), end, value).ec == std::errc()) return Format::real(out_, value);
            return Format::text(out_, text);
        }
        if (text.front() != '-') {
            std::uint64_t value = 0;
            if (std::from_chars(text.data(), end, value).ec == std::errc()) return Format::natural(out_, value);
        } else {
            std::int64_t value = 0;
            if (std::from_chars(text.data(), end, value).ec == std::errc()) {
                if (value < 0) return Format::integer(out_, value);
                return Format::natural(out_, 0);
            }
        }
        Format::big(out_, text);
    }

    std::string& out_;
    std::vector<std::size_t> open_;  ///< Where lengths are to be written.
};

template <class Format>
std::string binary_of_json(std::string_view json) {
    std::string out;
    BinaryWriter<Format> writer(out);
    rapidjson::Reader reader;
    rapidjson::MemoryStream memory(json.data(), json.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(memory);
    constexpr unsigned flags =
        rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseStopWhenDoneFlag;
    // Values on lines of their own stand one after the other.
    do {
        if (!reader.Parse<flags>(stream, writer)) {
            out.clear();
            Format::text(out, json);
            break;
        }
        rapidjson::SkipWhitespace(stream);
    } while (stream.Peek() != '\0');
    return out;
}

}  // namespace

std::string msgpack_of_json(std::string_view json) { return binary_of_json<MsgpackFormat>(json); }

std::string cbor_of_json(std::string_view json) { return binary_of_json<CborFormat>(json); }

}  // namespace laminar
