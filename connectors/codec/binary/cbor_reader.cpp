#include "connectors/codec/binary/cbor_reader.h"

#include <cbor.h>
#include <fmt/format.h>

#include <cstdint>

#include "connectors/codec/binary/json_value_writer.h"
#include "connectors/codec/values/number_text.h"

namespace laminar {
namespace {

constexpr std::uint64_t positive_bignum = 2;
constexpr std::uint64_t negative_bignum = 3;
constexpr std::size_t most_bignum_bytes = 16;

/// libcbor tells of one item after the other, in place; what they make up is the writer's to know.
class CborReader {
public:
    CborReader(std::string_view payload, std::string& json) : payload_(payload), writer_(json) {}

    std::optional<MessageError> read() {
        static const cbor_callbacks callbacks = make_callbacks();
        while (at_ < payload_.size()) {
            const auto* data = reinterpret_cast<cbor_data>(payload_.data() + at_);
            const cbor_decoder_result item = cbor_stream_decode(data, payload_.size() - at_, &callbacks, this);
            if (item.status == CBOR_DECODER_NEDATA) return ends_early();
            if (item.status != CBOR_DECODER_FINISHED) reason_ = "such an item does not exist";
            if (item.status != CBOR_DECODER_FINISHED || !good_) return failure();
            at_ += item.read;
        }
        if (!writer_.is_complete() || in_parts_ || tag_) return ends_early();
        return std::nullopt;
    }

private:
    std::optional<MessageError> failure() const {
        if (writer_.is_too_deep())
            return MessageError{"too_deep", fmt::format("the message is nested deeper than {} levels at byte {}",
                                                        JsonValueWriter::maximum_depth, at_)};
        return MessageError{"invalid_cbor",
                            fmt::format("no CBOR at byte {}: {}", at_, reason_.empty() ? writer_.error() : reason_)};
    }

    std::optional<MessageError> ends_early() const {
        return MessageError{"invalid_cbor",
                            fmt::format("the message ends after {} bytes, within a value", payload_.size())};
    }

    static CborReader& of(void* context) { return *static_cast<CborReader*>(context); }

    /// Tells a value that is no part of a string; what tag there was is about it.
    template <class Tell>
    void tell(const Tell& value) {
        tag_.reset();
        if (in_parts_) {
            good_ = false;
            reason_ = "a string of parts has other parts than strings";
        } else {
            good_ = value(writer_);
        }
    }

    void tell_negative(std::uint64_t below_minus_one) {
        if (below_minus_one <= static_cast<std::uint64_t>(INT64_MAX)) {
            tell([&](JsonValueWriter& writer) {
                return writer.integer(-1 - static_cast<std::int64_t>(below_minus_one));
            });
        } else {
            tell_big(true, below_minus_one);
        }
    }

    void tell_big(bool negative, WideUnsigned magnitude) {
        std::string digits;
        if (negative && magnitude == ~WideUnsigned{0}) {
            good_ = false;
            reason_ = "a number has more than 128 bits";
            return;
        }
        if (negative) digits += '-';
        append_unsigned(digits, negative ? magnitude + 1 : magnitude);
        tell([&](JsonValueWriter& writer) { return writer.digits(digits); });
    }

    void tell_string(std::string_view text, bool is_text) {
        if (in_parts_) {
            if (is_text != parts_are_text_) {
                good_ = false;
                reason_ = "a string of parts mixes text and bytes";
            } else {
                parts_ += text;
            }
            return;
        }
        if (!is_text && tag_ && (*tag_ == positive_bignum || *tag_ == negative_bignum)) return tell_bignum(text);
        tell([&](JsonValueWriter& writer) { return is_text ? writer.text(text) : writer.bytes(text); });
    }

    void tell_bignum(std::string_view bytes) {
        const bool negative = *tag_ == negative_bignum;
        while (bytes.starts_with('\0')) bytes.remove_prefix(1);
        if (bytes.size() > most_bignum_bytes) {
            good_ = false;
            reason_ = "a number has more than 128 bits";
            return;
        }
        WideUnsigned magnitude = 0;
        for (const char byte : bytes) magnitude = (magnitude << 8U) | static_cast<std::uint8_t>(byte);
        tell_big(negative, magnitude);
    }

    void begin_parts(bool is_text) {
        if (in_parts_) {
            good_ = false;
            reason_ = "a string of parts is within another";
            return;
        }
        in_parts_ = true;
        parts_are_text_ = is_text;
        parts_.clear();
    }

    void end() {
        if (in_parts_) {
            in_parts_ = false;
            const std::string parts = std::move(parts_);
            parts_.clear();
            tell_string(parts, parts_are_text_);
        } else if (tag_) {
            good_ = false;
            reason_ = "a tag is about nothing";
        } else {
            good_ = writer_.end_container();
        }
    }

    template <class Number>
    static void tell_natural(void* context, Number value) {
        of(context).tell([&](JsonValueWriter& writer) { return writer.natural(value); });
    }
    template <class Number>
    static void tell_below_zero(void* context, Number value) {
        of(context).tell_negative(value);
    }
    template <class Number>
    static void tell_real(void* context, Number value) {
        of(context).tell([&](JsonValueWriter& writer) { return writer.real(value); });
    }
    static void tell_null(void* context) {
        of(context).tell([](JsonValueWriter& writer) { return writer.null(); });
    }
    static std::string_view view(cbor_data data, std::size_t size) {
        return {reinterpret_cast<const char*>(data), size};
    }

    static cbor_callbacks make_callbacks() {
        cbor_callbacks callbacks = cbor_empty_callbacks;
        callbacks.uint8 = &tell_natural<std::uint8_t>;
        callbacks.uint16 = &tell_natural<std::uint16_t>;
        callbacks.uint32 = &tell_natural<std::uint32_t>;
        callbacks.uint64 = &tell_natural<std::uint64_t>;
        callbacks.negint8 = &tell_below_zero<std::uint8_t>;
        callbacks.negint16 = &tell_below_zero<std::uint16_t>;
        callbacks.negint32 = &tell_below_zero<std::uint32_t>;
        callbacks.negint64 = &tell_below_zero<std::uint64_t>;
        callbacks.float2 = &tell_real<float>;
        callbacks.float4 = &tell_real<float>;
        callbacks.float8 = &tell_real<double>;
        callbacks.null = &tell_null;
        callbacks.undefined = &tell_null;
        callbacks.boolean = [](void* context, bool value) {
            of(context).tell([&](JsonValueWriter& writer) { return writer.boolean(value); });
        };
        callbacks.string = [](void* context, cbor_data data, std::size_t size) {
            of(context).tell_string(view(data, size), true);
        };
        callbacks.byte_string = [](void* context, cbor_data data, std::size_t size) {
            of(context).tell_string(view(data, size), false);
        };
        callbacks.string_start = [](void* context) { of(context).begin_parts(true); };
        callbacks.byte_string_start = [](void* context) { of(context).begin_parts(false); };
        callbacks.array_start = [](void* context, std::size_t count) {
            of(context).tell([&](JsonValueWriter& writer) { return writer.begin_array(count); });
        };
        callbacks.map_start = [](void* context, std::size_t count) {
            of(context).tell([&](JsonValueWriter& writer) { return writer.begin_map(count); });
        };
        callbacks.indef_array_start = [](void* context) {
            of(context).tell([](JsonValueWriter& writer) { return writer.begin_array(JsonValueWriter::open_end); });
        };
        callbacks.indef_map_start = [](void* context) {
            of(context).tell([](JsonValueWriter& writer) { return writer.begin_map(JsonValueWriter::open_end); });
        };
        callbacks.indef_break = [](void* context) { of(context).end(); };
        callbacks.tag = [](void* context, std::uint64_t tag) { of(context).tag_ = tag; };
        return callbacks;
    }

    std::string_view payload_;
    JsonValueWriter writer_;
    std::size_t at_ = 0;
    bool good_ = true;
    std::string_view reason_;
    std::optional<std::uint64_t> tag_;  ///< The last one, of the value that comes.
    bool in_parts_ = false;             ///< Of a string whose length is not told.
    bool parts_are_text_ = false;
    std::string parts_;
};

}  // namespace

std::optional<MessageError> append_cbor_as_json(std::string_view payload, std::string& json) {
    return CborReader(payload, json).read();
}

}  // namespace laminar
