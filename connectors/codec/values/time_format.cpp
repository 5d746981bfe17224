#include "connectors/codec/values/time_format.h"

#include <algorithm>
#include <array>
#include <limits>

#include "connectors/codec/values/calendar.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> weekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};

bool is_space(char character) noexcept {
    return std::string_view(" \t\r\n\f\v").find(character) != std::string_view::npos;
}

/// Reads one text by a format. Members that return false have found something else.
class FormattedTime {
public:
    explicit FormattedTime(std::string_view text) : text_(text) {}

    bool read(std::string_view format) {
        for (std::size_t at = 0; at < format.size(); ++at) {
            if (is_space(format[at]))
                skip_space();
            else if (format[at] != '%' ? !take(format[at]) : !read_part(format[++at]))
                return false;
        }
        return true;
    }
    /// The whole text has been read. A fraction of seconds before the epoch is before them, too.
    [[nodiscard]] bool end() noexcept {
        if (epoch_ && is_before_epoch_ && nanos_ > 0) {
            --*epoch_;
            nanos_ = nanos_per_second - nanos_;
        }
        return text_.empty();
    }

    [[nodiscard]] std::optional<std::int64_t> days() const {
        if (epoch_) return *epoch_ / seconds_per_day - (*epoch_ % seconds_per_day < 0 ? 1 : 0);
        if (!year_) return std::nullopt;
        if (day_of_year_) {
            const bool is_leap = days_in_month(*year_, 2) == 29;
            if (*day_of_year_ < 1 || *day_of_year_ > (is_leap ? 366 : 365)) return std::nullopt;
            return days_from_civil({*year_, 1, 1}) + *day_of_year_ - 1;
        }
        if (month_ < 1 || month_ > 12 || day_ < 1 || day_ > days_in_month(*year_, static_cast<unsigned>(month_)))
            return std::nullopt;
        return days_from_civil({*year_, static_cast<unsigned>(month_), static_cast<unsigned>(day_)});
    }

    [[nodiscard]] std::optional<std::int64_t> nanos_of_day() const {
        if (epoch_) {
            const std::int64_t rest = *epoch_ % seconds_per_day;
            return (rest < 0 ? rest + seconds_per_day : rest) * nanos_per_second + nanos_;
        }
        std::int64_t hour = hour_;
        if (is_half_day_) {
            if (hour < 1 || hour > 12) return std::nullopt;
            hour = hour % 12 + (is_afternoon_ ? 12 : 0);
        }
        // A leap second is the moment that follows it.
        const bool is_leap = second_ == 60 && minute_ == 59;
        if (hour > 23 || minute_ > 59 || (second_ > 59 && !is_leap)) return std::nullopt;
        return ((hour * 60 + minute_) * 60 + second_) * nanos_per_second + (is_leap ? 0 : nanos_);
    }

    [[nodiscard]] std::int64_t offset_seconds() const noexcept { return epoch_ ? 0 : offset_; }

    static constexpr std::int64_t seconds_per_day = 86'400;
    static constexpr std::int64_t nanos_per_second = 1'000'000'000;

private:
    bool read_part(char part) {
        switch (part) {
            case 'Y':
                return take_number(4, year_.emplace());
            case 'y':
                if (!take_number(2, year_.emplace())) return false;
                *year_ += *year_ < 69 ? 2000 : 1900;
                return true;
            case 'm':
                return take_number(2, month_);
            case 'e':
                skip_space();
                return take_number(2, day_);
            case 'd':
                return take_number(2, day_);
            case 'j':
                return take_number(3, day_of_year_.emplace());
            case 'b':
            case 'B':
            case 'h':
                return take_name(months, month_);
            case 'a':
            case 'A': {
                std::int64_t ignored = 0;
                return take_name(weekdays, ignored);
            }
            case 'H':
                return take_number(2, hour_);
            case 'I':
                is_half_day_ = true;
                return take_number(2, hour_);
            case 'p':
                is_afternoon_ = text_.starts_with('p') || text_.starts_with('P');
                return take_word("AM") || take_word("PM");
            case 'M':
                return take_number(2, minute_);
            case 'S':
                return take_number(2, second_);
            case 'f':
                return take_fraction();
            case 'z':
                return take_word("Z") || take_offset();
            case 'Z':
                return take_word("UTC") || take_word("GMT") || take_word("Z");
            case 's':
                return take_epoch();
            case 'T':
                return read("%H:%M:%S");
            case 'R':
                return read("%H:%M");
            case 'F':
                return read("%Y-%m-%d");
            case 'D':
                return read("%m/%d/%y");
            case 'n':
            case 't':
                skip_space();
                return true;
            default:
                return take(part);
        }
    }

    bool take(char character) noexcept {
        if (!text_.starts_with(character)) return false;
        text_.remove_prefix(1);
        return true;
    }
    bool take_word(std::string_view word) noexcept {
        if (!equals_ignoring_case(text_.substr(0, word.size()), word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    void skip_space() noexcept {
        while (!text_.empty() && is_space(text_.front())) text_.remove_prefix(1);
    }

    /// One to so many digits.
    bool take_number(std::size_t digits, std::int64_t& value) noexcept {
        value = 0;
        std::size_t count = 0;
        for (; count < digits && !text_.empty() && is_digit(text_.front()); ++count) {
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        return count > 0;
    }

    /// Long or of three letters; its number, from 1.
    template <std::size_t Count>
    bool take_name(const std::array<std::string_view, Count>& names, std::int64_t& number) noexcept {
        for (std::size_t index = 0; index < Count; ++index) {
            number = static_cast<std::int64_t>(index) + 1;
            if (take_word(names[index]) || take_word(names[index].substr(0, 3))) return true;
        }
        return false;
    }

    bool take_fraction() noexcept {
        if (text_.empty() || !is_digit(text_.front())) return false;
        nanos_ = 0;
        std::int64_t unit = nanos_per_second / 10;
        for (; !text_.empty() && is_digit(text_.front()); unit /= 10) {
            nanos_ += (text_.front() - '0') * unit;
            text_.remove_prefix(1);
        }
        return true;
    }

    bool take_offset() noexcept {
        const bool is_west = text_.starts_with('-');
        if (!take('-') && !take('+')) return false;
        std::int64_t hours = 0;
        std::int64_t minutes = 0;
        if (!take_number(2, hours)) return false;
        const bool has_colon = take(':');
        if ((has_colon || (!text_.empty() && is_digit(text_.front()))) && !take_number(2, minutes)) return false;
        if (hours > 18 || minutes > 59) return false;
        offset_ = (hours * 60 + minutes) * 60 * (is_west ? -1 : 1);
        return true;
    }

    bool take_epoch() noexcept {
        is_before_epoch_ = take('-');
        std::int64_t seconds = 0;
        if (!take_number(15, seconds)) return false;
        epoch_ = is_before_epoch_ ? -seconds : seconds;
        return true;
    }

    std::string_view text_;
    std::optional<std::int64_t> epoch_;
    bool is_before_epoch_ = false;
    std::optional<std::int64_t> year_;
    std::optional<std::int64_t> day_of_year_;
    std::int64_t month_ = 1;
    std::int64_t day_ = 1;
    std::int64_t hour_ = 0;
    bool is_half_day_ = false;
    bool is_afternoon_ = false;
    std::int64_t minute_ = 0;
    std::int64_t second_ = 0;
    std::int64_t nanos_ = 0;
    std::int64_t offset_ = 0;
};

std::optional<FormattedTime> read_formatted(std::string_view text, std::string_view format) {
    FormattedTime time(text);
    if (!time.read(format) || !time.end()) return std::nullopt;
    return time;
}

}  // namespace

std::optional<Moment> parse_timestamp(std::string_view text, std::string_view format) {
    const std::optional<FormattedTime> time = read_formatted(text, format);
    if (!time) return std::nullopt;
    const std::optional<std::int64_t> days = time->days();
    const std::optional<std::int64_t> nanos = time->nanos_of_day();
    // Years have four digits, and epochs 15: nothing overflows but what TIMESTAMP does not have.
    if (!days || !nanos || *days > 100'000'000 || *days < -100'000'000) return std::nullopt;
    const std::int64_t seconds = *days * FormattedTime::seconds_per_day - time->offset_seconds();
    return Moment{seconds * micros_per_second + *nanos / 1000, static_cast<std::int32_t>(*nanos % 1000)};
}

std::optional<std::int32_t> parse_date(std::string_view text, std::string_view format) {
    const std::optional<FormattedTime> time = read_formatted(text, format);
    const std::optional<std::int64_t> days = time && time->nanos_of_day() ? time->days() : std::nullopt;
    if (!days || *days > 100'000'000 || *days < -100'000'000) return std::nullopt;
    return static_cast<std::int32_t>(*days);
}

std::optional<std::int64_t> parse_time(std::string_view text, std::string_view format) {
    const std::optional<FormattedTime> time = read_formatted(text, format);
    const std::optional<std::int64_t> nanos = time ? time->nanos_of_day() : std::nullopt;
    if (!nanos) return std::nullopt;
    return *nanos / 1000;
}

}  // namespace laminar
