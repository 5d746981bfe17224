#include "connectors/codec/values/time_text.h"

#include <array>
#include <cstring>

#include "connectors/codec/values/calendar.h"
#include "connectors/codec/values/number_text.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

/// Takes what it recognizes from the front of a text.
class TextCursor {
public:
    explicit TextCursor(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const noexcept { return text_.empty(); }
    [[nodiscard]] bool at_digit() const noexcept { return !text_.empty() && is_digit(text_[0]); }

    bool take(char character) noexcept {
        if (text_.empty() || text_[0] != character) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool take(std::string_view word) noexcept {
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    bool take_two_digits(unsigned& value) noexcept {
        std::int64_t number = 0;
        if (take_digits(2, number) != 2) return false;
        value = static_cast<unsigned>(number);
        return true;
    }
    /// Up to limit digits; returns how many there were.
    int take_digits(int limit, std::int64_t& value) noexcept {
        int count = 0;
        value = 0;
        while (count < limit && at_digit()) {
            value = value * 10 + (text_[0] - '0');
            text_.remove_prefix(1);
            ++count;
        }
        return count;
    }

private:
    std::string_view text_;
};

struct ClockTime {
    std::int64_t micros = 0;
    std::int32_t nanos = 0;
};

bool take_date(TextCursor& cursor, std::int64_t& days) noexcept {
    const bool negative = cursor.take('-');
    const bool is_signed = negative || cursor.take('+');
    CivilDate date;
    const int digits = cursor.take_digits(is_signed ? 6 : 4, date.year);
    if (digits < 4 || !cursor.take('-') || !cursor.take_two_digits(date.month) || !cursor.take('-') ||
        !cursor.take_two_digits(date.day))
        return false;
    if (negative) date.year = -date.year;
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > days_in_month(date.year, date.month))
        return false;
    days = days_from_civil(date);
    return true;
}

bool take_fraction(TextCursor& cursor, ClockTime& time) noexcept {
    if (!cursor.take('.') && !cursor.take(',')) return true;
    std::int64_t fraction = 0;
    int digits = cursor.take_digits(9, fraction);
    if (digits == 0) return false;
    for (; digits < 9; ++digits) fraction *= 10;
    std::int64_t finer = 0;
    while (cursor.take_digits(9, finer) != 0) {
    }
    time.micros += fraction / 1000;
    time.nanos = static_cast<std::int32_t>(fraction % 1000);
    return true;
}

bool take_time(TextCursor& cursor, bool leap_second, ClockTime& time) noexcept {
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    if (!cursor.take_two_digits(hour) || !cursor.take(':') || !cursor.take_two_digits(minute)) return false;
    if (hour > 24 || minute > 59) return false;
    time = {};
    if (cursor.take(':')) {
        if (!cursor.take_two_digits(second)) return false;
        if (second > 59 && !(leap_second && second == 60 && minute == 59)) return false;
        if (!take_fraction(cursor, time)) return false;
    }
    // All fractions of a leap second become the moment that follows it.
    if (second == 60) time = {};
    time.micros += ((hour * 60LL + minute) * 60 + second) * micros_per_second;
    return hour < 24 || (time.micros == micros_per_day && time.nanos == 0);
}

/// Seconds east of UTC; nothing there means UTC.
bool take_offset(TextCursor& cursor, std::int64_t& seconds) noexcept {
    seconds = 0;
    cursor.take(' ');
    if (cursor.take('Z') || cursor.take('z') || cursor.take("UTC") || cursor.take("GMT")) return true;
    const bool negative = cursor.take('-');
    if (!negative && !cursor.take('+')) return true;
    unsigned hours = 0;
    unsigned minutes = 0;
    if (!cursor.take_two_digits(hours)) return false;
    const bool colon = cursor.take(':');
    if ((colon || cursor.at_digit()) && !cursor.take_two_digits(minutes)) return false;
    if (hours > 18 || minutes > 59) return false;
    seconds = hours * 3600LL + minutes * 60LL;
    if (negative) seconds = -seconds;
    return true;
}

void append_padded(std::string& out, std::uint64_t value, std::size_t width) {
    std::array<char, 20> digits;
    std::size_t begin = digits.size();
    while (value != 0 || digits.size() - begin < width) {
        digits[--begin] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out.append(digits.data() + begin, digits.size() - begin);
}

/// .fraction of a second without trailing zeros; nothing for 0.
void append_fraction(std::string& out, std::uint64_t fraction, std::size_t digits) {
    if (fraction == 0) return;
    out += '.';
    append_padded(out, fraction, digits);
    while (out.back() == '0') out.pop_back();
}

void append_clock(std::string& out, std::uint64_t seconds, std::uint64_t fraction, std::size_t digits) {
    append_padded(out, seconds / 3600, 2);
    out += ':';
    append_padded(out, seconds / 60 % 60, 2);
    out += ':';
    append_padded(out, seconds % 60, 2);
    append_fraction(out, fraction, digits);
}

void append_civil_date(std::string& out, std::int64_t days) {
    const CivilDate date = civil_from_days(days);
    if (date.year < 0 || date.year > 9999) {
        out += date.year < 0 ? '-' : '+';
        append_padded(out, static_cast<std::uint64_t>(date.year < 0 ? -date.year : date.year), 6);
    } else {
        append_padded(out, static_cast<std::uint64_t>(date.year), 4);
    }
    out += '-';
    append_padded(out, date.month, 2);
    out += '-';
    append_padded(out, date.day, 2);
}

struct TimestampUnit {
    std::int64_t per_second;
    std::size_t fraction_digits;
};

constexpr TimestampUnit unit_of(TypeId type) noexcept {
    switch (type) {
        case TypeId::timestamp_s:
            return {1, 0};
        case TypeId::timestamp_ms:
            return {1'000, 3};
        case TypeId::timestamp_ns:
            return {1'000'000'000, 9};
        default:
            return {1'000'000, 6};
    }
}

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) noexcept {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

/// Two digits as a number; more than 99 when they are none.
unsigned two_digits(const char* at) noexcept {
    const auto tens = static_cast<unsigned>(static_cast<unsigned char>(at[0])) - '0';
    const auto units = static_cast<unsigned>(static_cast<unsigned char>(at[1])) - '0';
    return tens > 9 || units > 9 ? 100 : tens * 10 + units;
}

/// 2024-03-15, whose hyphens are known to be there. Most messages of a feed are of the same day as the one before.
bool read_common_date(const char* at, std::int64_t& days) noexcept {
    struct KnownDate {
        std::array<char, 10> text{};
        std::int64_t days = 0;
    };
    thread_local KnownDate known;
    if (std::memcmp(known.text.data(), at, known.text.size()) == 0) {
        days = known.days;
        return true;
    }
    const unsigned century = two_digits(at);
    const unsigned year = two_digits(at + 2);
    const unsigned month = two_digits(at + 5);
    const unsigned day = two_digits(at + 8);
    if (century > 99 || year > 99 || month - 1 > 11 || day == 0) return false;
    const CivilDate date{century * 100 + year, month, day};
    if (day > 28 && day > days_in_month(date.year, month)) return false;
    days = days_from_civil(date);
    std::memcpy(known.text.data(), at, known.text.size());
    known.days = days;
    return true;
}

/// The form that nearly all feeds send, 2024-03-15T10:00:42.123Z, with a space for the T and without fraction or Z too,
/// at known places. Nothing: it is another, or wrong.
std::optional<Moment> parse_common_timestamp(std::string_view text) noexcept {
    constexpr std::size_t shortest = 19;
    if (text.size() < shortest) return std::nullopt;
    const char* at = text.data();
    if (at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' ') || at[13] != ':' || at[16] != ':')
        return std::nullopt;
    std::int64_t days = 0;
    if (!read_common_date(at, days)) return std::nullopt;
    const unsigned hour = two_digits(at + 11);
    const unsigned minute = two_digits(at + 14);
    const unsigned second = two_digits(at + 17);
    // Leap seconds and midnight as 24:00 are among the other forms.
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    std::size_t end = shortest;
    std::uint32_t nanos = 0;
    if (end < text.size() && at[end] == '.') {
        static constexpr std::array<std::uint32_t, 10> missing = {
            1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
        std::size_t digits = 0;
        for (++end; end < text.size() && digits < 9 && static_cast<unsigned char>(at[end] - '0') <= 9; ++end, ++digits)
            nanos = nanos * 10 + static_cast<std::uint32_t>(at[end] - '0');
        if (digits == 0) return std::nullopt;
        nanos *= missing[digits];
    }
    if (end < text.size() && at[end] == 'Z') ++end;
    if (end != text.size()) return std::nullopt;
    const std::int64_t seconds = days * 86'400 + (hour * 60LL + minute) * 60 + second;
    return Moment{seconds * micros_per_second + nanos / 1000, static_cast<std::int32_t>(nanos % 1000)};
}

}  // namespace

std::optional<std::int32_t> parse_date(std::string_view text) noexcept {
    if (text == "infinity") return infinite_date;
    if (text == "-infinity") return -infinite_date;
    TextCursor cursor(text);
    std::int64_t days = 0;
    if (!take_date(cursor, days) || !cursor.at_end()) return std::nullopt;
    return static_cast<std::int32_t>(days);
}

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
    TextCursor cursor(text);
    ClockTime time;
    if (!take_time(cursor, false, time) || !cursor.at_end()) return std::nullopt;
    return time.micros;
}

std::optional<Moment> parse_timestamp(std::string_view text) noexcept {
    if (const std::optional<Moment> moment = parse_common_timestamp(text)) return moment;
    if (text == "infinity") return Moment{infinite_timestamp, 0};
    if (text == "-infinity") return Moment{-infinite_timestamp, 0};
    TextCursor cursor(text);
    std::int64_t days = 0;
    if (!take_date(cursor, days)) return std::nullopt;
    ClockTime time;
    std::int64_t offset = 0;
    if (!cursor.at_end()) {
        if (!cursor.take('T') && !cursor.take('t') && !cursor.take(' ')) return std::nullopt;
        if (!take_time(cursor, true, time) || !take_offset(cursor, offset) || !cursor.at_end()) return std::nullopt;
    }
    const WideInteger micros = static_cast<WideInteger>(days) * micros_per_day + time.micros -
                               static_cast<WideInteger>(offset) * micros_per_second;
    if (micros >= infinite_timestamp || micros <= -infinite_timestamp) return std::nullopt;
    return Moment{static_cast<std::int64_t>(micros), time.nanos};
}

std::optional<Moment> parse_epoch(std::string_view number, TimeUnit unit) noexcept {
    const ScaledNumber whole = parse_scaled_number(number, 0);
    if (whole.fit == NumberFit::not_a_number || whole.fit == NumberFit::out_of_range) return std::nullopt;
    unsigned scale = 9;
    if (unit != TimeUnit::by_size) {
        scale -= 3 * (static_cast<unsigned>(unit) - static_cast<unsigned>(TimeUnit::seconds));
    } else {
        for (const unsigned exponent : {11U, 14U, 17U}) {
            if (whole.magnitude < power_of_ten(exponent)) break;
            scale -= 3;
        }
    }
    const ScaledNumber scaled = parse_scaled_number(number, scale);
    if (scaled.fit == NumberFit::out_of_range || scaled.magnitude > power_of_ten(27)) return std::nullopt;
    WideInteger nanos = static_cast<WideInteger>(scaled.magnitude);
    if (scaled.negative) nanos = -nanos;
    WideInteger micros = nanos / 1000;
    auto rest = static_cast<std::int32_t>(nanos % 1000);
    if (rest < 0) {
        rest += 1000;
        --micros;
    }
    if (micros >= infinite_timestamp || micros <= -infinite_timestamp) return std::nullopt;
    return Moment{static_cast<std::int64_t>(micros), rest};
}

std::optional<std::int64_t> moment_in_unit(const Moment& moment, TypeId timestamp_type) noexcept {
    if (moment.micros == infinite_timestamp || moment.micros == -infinite_timestamp) return moment.micros;
    switch (timestamp_type) {
        case TypeId::timestamp_s:
            return floor_divide(moment.micros, 1'000'000);
        case TypeId::timestamp_ms:
            return floor_divide(moment.micros, 1'000);
        case TypeId::timestamp_ns: {
            const WideInteger nanos = static_cast<WideInteger>(moment.micros) * 1000 + moment.nanos;
            if (nanos >= infinite_timestamp || nanos <= -infinite_timestamp) return std::nullopt;
            return static_cast<std::int64_t>(nanos);
        }
        default:
            return moment.micros;
    }
}

void append_date(std::string& out, std::int32_t days) {
    if (days == infinite_date) {
        out += "infinity";
    } else if (days == -infinite_date) {
        out += "-infinity";
    } else {
        append_civil_date(out, days);
    }
}

void append_time(std::string& out, std::int64_t micros) {
    const auto value = static_cast<std::uint64_t>(micros);
    append_clock(out, value / micros_per_second, value % micros_per_second, 6);
}

bool append_timestamp(std::string& out, std::int64_t value, TypeId timestamp_type, char separator) {
    if (value == infinite_timestamp || value == -infinite_timestamp) {
        out += value > 0 ? "infinity" : "-infinity";
        return false;
    }
    const TimestampUnit unit = unit_of(timestamp_type);
    const std::int64_t seconds = floor_divide(value, unit.per_second);
    const auto fraction = static_cast<std::uint64_t>(value - seconds * unit.per_second);
    const std::int64_t days = floor_divide(seconds, 86'400);
    append_civil_date(out, days);
    out += separator;
    append_clock(out, static_cast<std::uint64_t>(seconds - days * 86'400), fraction, unit.fraction_digits);
    return true;
}

}  // namespace laminar
