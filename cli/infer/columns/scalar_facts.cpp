#include "cli/infer/columns/scalar_facts.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/codec/values/time_format.h"
#include "connectors/codec/values/time_text.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

constexpr std::size_t most_distinct = 8;
constexpr std::size_t longest_example = 40;
constexpr std::int64_t day = 86'400'000'000;
constexpr std::int64_t year_2000 = 946'684'800'000'000;
constexpr std::int64_t year_2100 = 4'102'444'800'000'000;

std::size_t length_of_digits(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

/// [-+]digits[.digits][e[-+]digits].
struct NumberParts {
    std::string_view integer;
    std::string_view fraction;
    bool has_exponent = false;
};

std::optional<NumberParts> parts_of(std::string_view text) {
    NumberParts parts;
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    parts.integer = text.substr(0, length_of_digits(text));
    if (parts.integer.empty()) return std::nullopt;
    text.remove_prefix(parts.integer.size());
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        parts.fraction = text.substr(0, length_of_digits(text));
        if (parts.fraction.empty()) return std::nullopt;
        text.remove_prefix(parts.fraction.size());
    }
    if (text.empty()) return parts;
    if (to_lower(text.front()) != 'e') return std::nullopt;
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    parts.has_exponent = true;
    if (text.empty() || length_of_digits(text) != text.size()) return std::nullopt;
    return parts;
}

std::string cut(std::string_view text) {
    if (text.size() <= longest_example) return std::string(text);
    std::size_t end = longest_example;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return std::string(text.substr(0, end)) + "...";
}

TimeUnit unit_by_size(std::string_view integer_digits) {
    const std::size_t count = integer_digits.size();
    if (count <= 11) return TimeUnit::seconds;
    if (count <= 14) return TimeUnit::milliseconds;
    return count <= 17 ? TimeUnit::microseconds : TimeUnit::nanoseconds;
}

}  // namespace

const std::vector<std::string>& time_formats() {
    static const std::vector<std::string> formats{
        "%Y-%m-%d %H:%M:%S.%f %z %Z", "%Y-%m-%d %H:%M:%S %z %Z", "%a, %d %b %Y %H:%M:%S %Z", "%a, %d %b %Y %H:%M:%S %z",
        "%a %b %d %H:%M:%S %z %Y",    "%a %b %d %H:%M:%S %Y",    "%d/%b/%Y:%H:%M:%S %z",     "%d.%m.%Y %H:%M:%S",
        "%m/%d/%Y %H:%M:%S",          "%d/%m/%Y %H:%M:%S",       "%Y/%m/%d %H:%M:%S",        "%Y%m%d-%H:%M:%S.%f"};
    return formats;
}

bool NumberFacts::add(std::string_view text) {
    const std::optional<NumberParts> parts = parts_of(text);
    if (!parts) return false;
    const std::string_view integer = parts->integer;
    const std::size_t zeros = std::min(integer.find_first_not_of('0'), integer.size());
    ++count;
    integer_digits = std::max(integer_digits, integer.size() - zeros);
    scale = std::max(scale, parts->fraction.size());
    const std::size_t leading =
        zeros < integer.size() ? 0 : std::min(parts->fraction.find_first_not_of('0'), parts->fraction.size());
    digits = std::max(digits, integer.size() - zeros + parts->fraction.size() - leading);
    has_fraction = has_fraction || !parts->fraction.empty();
    has_exponent = has_exponent || parts->has_exponent;
    has_leading_zero = has_leading_zero || (integer.size() > 1 && zeros > 0) || text.starts_with('+');
    if (!parts->has_exponent && parts->fraction.empty()) {
        const ScaledNumber number = parse_scaled_number(text, 0);
        const bool is_exact = number.fit == NumberFit::exact;
        const WideUnsigned most = (WideUnsigned{1} << 63U) - 1;
        fits_bigint = fits_bigint && is_exact && number.magnitude <= most;
        fits_unsigned_bigint = fits_unsigned_bigint && is_exact && !number.negative && number.magnitude <= 2 * most + 1;
    }
    if (integer.size() > 300 || parts->has_exponent)
        is_finite = is_finite && std::isfinite(std::strtod(std::string(text).c_str(), nullptr));
    return true;
}

void TimeFacts::add(std::int64_t time, std::int64_t received_at) {
    if (count == 0) earliest = latest = time;
    most_out_of_order = std::max(most_out_of_order, latest - time);
    earliest = std::min(earliest, time);
    latest = std::max(latest, time);
    if (received_at != 0) ++with_arrival;
    if (received_at != 0 && std::abs(received_at - time) <= 2 * day) ++near_arrival;
    ++count;
}

void ScalarFacts::remember(std::string_view text) {
    const std::string short_text = cut(text);
    if (example.empty()) example = short_text;
    if (has_more || std::find(distinct.begin(), distinct.end(), short_text) != distinct.end()) return;
    if (distinct.size() == most_distinct)
        has_more = true;
    else
        distinct.push_back(short_text);
}

void ScalarFacts::add(std::string_view text, std::int64_t received_at) {
    remember(text);
    if (text.starts_with('"')) {
        std::string scratch;
        add_text(json_string_content(text, scratch), received_at);
    } else if (text == "true" || text == "false") {
        ++booleans;
    } else {
        (void)numbers.add(text);
        add_number_as_time(text, received_at);
    }
}

void ScalarFacts::add_text(std::string_view content, std::int64_t received_at) {
    ++texts;
    if (text_numbers.add(content)) return add_number_as_time(content, received_at);
    if (content == "true" || content == "false") ++boolean_texts;
    if ((content.starts_with("0x") || content.starts_with("0X")) && content.size() > 2) {
        const std::string_view digits = content.substr(2);
        if (std::all_of(digits.begin(), digits.end(), [](char c) { return hexadecimal_digit(c) >= 0; })) {
            ++hexadecimal_texts;
            hexadecimal_digits = std::max(hexadecimal_digits, digits.size());
        }
    }
    if ((content.starts_with('{') || content.starts_with('[')) && is_json_value(content)) ++json_texts;
    if (content.size() < 8 || content.size() > 64) return;
    if (const auto moment = parse_timestamp(content)) iso_times.add(moment->micros, received_at);
    if (content.size() == 10 && parse_date(content)) ++dates;
    if (iso_times.count > 0) return;
    formatted.resize(time_formats().size());
    for (std::size_t index = 0; index < formatted.size(); ++index) {
        if (const auto moment = parse_timestamp(content, time_formats()[index]))
            formatted[index].add(moment->micros, received_at);
    }
}

void ScalarFacts::add_number_as_time(std::string_view text, std::int64_t received_at) {
    const std::optional<NumberParts> parts = parts_of(text);
    if (!parts || parts->has_exponent || text.starts_with('-')) return;
    if (parts->integer == "0" && parts->fraction.find_first_not_of('0') == std::string_view::npos) {
        ++zeros;
        return;
    }
    if (parts->integer.size() < 9 || parts->integer.size() > 19) return;
    const TimeUnit unit = unit_by_size(parts->integer);
    const auto moment = parse_epoch(text, unit);
    if (!moment || moment->micros < year_2000 || moment->micros > year_2100) return;
    epochs[static_cast<std::size_t>(unit)].add(moment->micros, received_at);
    if (parts->fraction.size() >= 3) ++epoch_fractions;
}

}  // namespace laminar
