#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <utility>

#include "catalog/options/url.h"
#include "connectors/codec/values/base64.h"
#include "connectors/expressions/digest.h"
#include "connectors/expressions/evaluator.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

using Operation = ComputedOperation;

constexpr std::size_t largest_text = 64U << 20;
constexpr std::int64_t micros_in_second = 1'000'000;

std::string mapped(std::string text, char (*map)(char)) {
    std::transform(text.begin(), text.end(), text.begin(), map);
    return text;
}

std::string without_spaces_around(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::string with_replacements(const std::string& text, const std::string& from, const std::string& to) {
    if (from.empty()) return text;
    std::string result;
    std::size_t copied = 0;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, copied)) {
        result.append(text, copied, at - copied).append(to);
        if (result.size() > largest_text) throw EvaluationError("REPLACE: the result is larger than 64 MiB");
        copied = at + from.size();
    }
    return result.append(text, copied);
}

std::int64_t characters_of(std::string_view text) {
    std::int64_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += decode_code_point(text.substr(at)).length) ++count;
    return count;
}

/// As the engine does it: characters from first on (1 is the first, -1 the last one), count of them, or as many before
/// it where count is negative. What lies before the first character or behind the last one counts, too.
std::string part_of(std::string_view text, std::int64_t first, std::optional<std::int64_t> count) {
    const std::int64_t start = first < 0 ? first + characters_of(text) : first - 1;
    std::int64_t other = INT64_MAX;
    if (count && __builtin_add_overflow(start, *count, &other)) other = *count < 0 ? INT64_MIN : INT64_MAX;
    const std::int64_t begin = std::min(start, other);
    const std::int64_t end = std::max(start, other);
    std::string part;
    std::int64_t position = 0;
    for (std::size_t at = 0; at < text.size() && position < end; ++position) {
        const std::size_t length = decode_code_point(text.substr(at)).length;
        if (position >= begin) part += text.substr(at, length);
        at += length;
    }
    return part;
}

/// As the engine does it: so many characters, cut off behind where there are more.
std::string padded(const std::string& text, std::int64_t length, const std::string& pad, bool is_left,
                   std::string_view name) {
    if (length > static_cast<std::int64_t>(largest_text))
        throw EvaluationError(fmt::format("{}: the result is longer than 64 Mi characters", name));
    const std::int64_t present = characters_of(text);
    if (length <= present) return part_of(text, 1, std::max<std::int64_t>(length, 0));
    if (pad.empty()) throw EvaluationError(fmt::format("{}: there is nothing to pad with", name));
    std::string padding;
    std::int64_t missing = length - present;
    for (std::size_t at = 0; missing > 0; --missing) {
        const std::size_t size = decode_code_point(std::string_view(pad).substr(at)).length;
        padding.append(pad, at, size);
        if (padding.size() > largest_text)
            throw EvaluationError(fmt::format("{}: the result is larger than 64 MiB", name));
        at = at + size == pad.size() ? 0 : at + size;
    }
    return is_left ? padding + text : text + padding;
}

std::string unhex(const std::string& text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const int high = hexadecimal_digit(text[at]);
        const int low = at + 1 < text.size() ? hexadecimal_digit(text[at + 1]) : -1;
        if (high < 0 || low < 0)
            throw EvaluationError(fmt::format("{} is not made of pairs of hexadecimal digits", quote_excerpt(text)));
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

std::int64_t whole_of(const ComputedExpression& expression, const ComputedValue& value) {
    const std::optional<ComputedValue> number = number_in(value);
    if (!number || number->type != ComputedType::bigint)
        throw EvaluationError(
            fmt::format("{}: {} is not a whole number", expression.text, quote_excerpt(text_of(value))));
    return number->number;
}

}  // namespace

ComputedValue compute_text(const ComputedExpression& expression, const std::vector<ComputedValue>& values) {
    const std::string text = text_of(values[0]);
    switch (expression.operation) {
        case Operation::to_base64: {
            std::string encoded;
            append_base64(encoded, text);
            return ComputedValue::of_text(std::move(encoded));
        }
        case Operation::from_base64: {
            std::string bytes;
            if (!decode_base64(text, bytes))
                throw EvaluationError(fmt::format("FROM_BASE64: {} is not base64", quote_excerpt(text)));
            return ComputedValue::of_blob(std::move(bytes));
        }
        case Operation::to_hex:
            // Of a number its digits, of which a negative one has all.
            return ComputedValue::of_text(values[0].type == ComputedType::bigint
                                              ? fmt::format("{:X}", static_cast<std::uint64_t>(values[0].number))
                                              : hex_of(text));
        case Operation::from_hex:
            return ComputedValue::of_blob(unhex(text));
        case Operation::encode:
            return ComputedValue::of_blob(text);
        case Operation::decode:
            if (find_invalid_utf8(text) != std::string_view::npos)
                throw EvaluationError("DECODE: the BLOB is not UTF-8");
            return ComputedValue::of_text(text);
        case Operation::url_encode:
            return ComputedValue::of_text(percent_encoded(text));
        case Operation::url_decode:
            return ComputedValue::of_text(percent_decoded(text));
        case Operation::upper:
            return ComputedValue::of_text(mapped(text, to_upper));
        case Operation::lower:
            return ComputedValue::of_text(mapped(text, to_lower));
        case Operation::trim:
            return ComputedValue::of_text(without_spaces_around(text));
        case Operation::replace:
            return ComputedValue::of_text(with_replacements(text, text_of(values[1]), text_of(values[2])));
        case Operation::substring:
            return ComputedValue::of_text(
                part_of(text, whole_of(expression, values[1]),
                        values.size() > 2 ? std::optional(whole_of(expression, values[2])) : std::nullopt));
        case Operation::pad_left:
        case Operation::pad_right:
            return ComputedValue::of_text(padded(text, whole_of(expression, values[1]), text_of(values[2]),
                                                 expression.operation == Operation::pad_left, expression.text));
        case Operation::octet_length:
            return ComputedValue::of_bigint(static_cast<std::int64_t>(text.size()));
        case Operation::length:
            return ComputedValue::of_bigint(characters_of(text));
        default:
            throw EvaluationError(fmt::format("{} cannot be computed", expression.text));
    }
}

std::string formatted_time(std::int64_t micros, std::string_view format) {
    std::int64_t fraction = micros % micros_in_second;
    if (fraction < 0) fraction += micros_in_second;
    const std::time_t seconds = (micros - fraction) / micros_in_second;
    std::tm parts{};
    if (gmtime_r(&seconds, &parts) == nullptr) throw EvaluationError("STRFTIME: the time is out of range");
    std::string known;
    for (std::size_t at = 0; at < format.size(); ++at) {
        const char letter = format[at] == '%' && at + 1 < format.size() ? format[at + 1] : '\0';
        if (letter == 'f')
            known += fmt::format("{:06}", fraction);
        else if (letter == 'g')
            known += fmt::format("{:03}", fraction / 1000);
        else
            known += format[at];
        if (letter == 'f' || letter == 'g')
            ++at;
        else if (letter == '%')
            known += format[++at];
    }
    if (known.empty()) return known;
    std::array<char, 512> buffer{};
    const std::size_t size = std::strftime(buffer.data(), buffer.size(), known.c_str(), &parts);
    if (size == 0) throw EvaluationError("STRFTIME: the result is empty, or longer than 511 characters");
    return {buffer.data(), size};
}

}  // namespace laminar
