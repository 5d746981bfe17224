#include "server/postgres/statements/session_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>

#include "parser/text/ascii.h"

namespace laminar::postgres {

namespace {

enum class Rule : std::uint8_t {
    any,  ///< Kept, and without effect.
    read_only,
    encoding,  ///< UTF-8, however it is spelled.
    one_of,    ///< Each of the values, in lower case, begins with one of those allowed; it stays as it is.
    duration,
};

struct Parameter {
    std::string_view name;
    std::string_view initial;
    Rule rule = Rule::any;
    std::span<const std::string_view> allowed = {};
    bool told = false;  ///< By ParameterStatus.
};

/// What decides how values are written.
constexpr std::array<std::string_view, 4> iso_dates{"iso", "mdy", "ymd", "dmy"};
constexpr std::array<std::string_view, 5> utc{"utc", "gmt", "etc/utc", "zulu", "0"};
constexpr std::array<std::string_view, 4> on{"on", "true", "yes", "1"};
constexpr std::array<std::string_view, 4> off{"off", "false", "no", "0"};
constexpr std::array<std::string_view, 1> committed{"read committed"};
constexpr std::array<std::string_view, 1> hexadecimal{"hex"};
constexpr std::array<std::string_view, 1> postgres_intervals{"postgres"};

const std::array parameters{
    Parameter{"application_name", "", Rule::any, {}, true},
    Parameter{"bytea_output", "hex", Rule::one_of, hexadecimal},
    Parameter{"client_encoding", "UTF8", Rule::encoding, {}, true},
    Parameter{"client_min_messages", "notice"},
    Parameter{"DateStyle", "ISO, MDY", Rule::one_of, iso_dates, true},
    Parameter{"default_table_access_method", "heap", Rule::read_only},
    Parameter{"default_transaction_isolation", "read committed", Rule::one_of, committed},
    Parameter{"default_transaction_read_only", "off", Rule::one_of, off, true},
    Parameter{"extra_float_digits", "1"},
    Parameter{"in_hot_standby", "off", Rule::read_only, {}, true},
    Parameter{"integer_datetimes", "on", Rule::read_only, {}, true},
    Parameter{"IntervalStyle", "postgres", Rule::one_of, postgres_intervals, true},
    Parameter{"is_superuser", "off", Rule::read_only, {}, true},
    Parameter{"jit", "off"},
    Parameter{"lc_messages", "C"},
    Parameter{"max_identifier_length", "63", Rule::read_only},
    Parameter{"max_index_keys", "32", Rule::read_only},
    Parameter{"row_security", "off", Rule::one_of, off},
    Parameter{"search_path", "public"},
    Parameter{"server_encoding", "UTF8", Rule::read_only, {}, true},
    Parameter{"server_version", "15.0 (Laminar)", Rule::read_only, {}, true},
    Parameter{"server_version_num", "150000", Rule::read_only},
    Parameter{"session_authorization", "", Rule::read_only, {}, true},
    Parameter{"standard_conforming_strings", "on", Rule::one_of, on, true},
    Parameter{"statement_timeout", "0", Rule::duration},
    Parameter{"synchronous_commit", "on"},
    Parameter{"TimeZone", "UTC", Rule::one_of, utc, true},
    Parameter{"transaction_isolation", "read committed", Rule::one_of, committed},
    Parameter{"transaction_read_only", "off", Rule::one_of, off},
};

const Parameter* find(std::string_view name) {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const Parameter& each) { return equals_ignoring_case(each.name, name); });
    return found == parameters.end() ? nullptr : &*found;
}

bool is_allowed(const Parameter& parameter, std::string_view value) {
    const std::string folded = fold_case(value);
    // "ISO, MDY" may come as one text.
    std::string_view rest = folded;
    while (true) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        std::string_view part = rest.substr(0, comma);
        part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
        if (std::find(parameter.allowed.begin(), parameter.allowed.end(), part) == parameter.allowed.end())
            return false;
        if (comma == rest.size()) return true;
        rest.remove_prefix(comma + 1);
    }
}

/// Other characters than letters and digits do not count: asyncpg sends 'utf-8' with the quotes.
bool is_utf8(std::string_view name) {
    std::string letters;
    for (const char c : name) {
        if (is_letter_or_digit(c)) letters += to_lower(c);
    }
    return letters == "utf8" || letters == "unicode";
}

constexpr std::int64_t most_milliseconds = most_statement_timeout.count();

/// A number of milliseconds, or with a unit.
std::optional<std::chrono::milliseconds> parse_milliseconds(std::string_view text) {
    std::int64_t count = 0;
    const auto number = std::from_chars(text.data(), text.data() + text.size(), count);
    if (number.ec != std::errc() || count < 0 || count > most_milliseconds) return std::nullopt;
    std::string_view unit = text.substr(static_cast<std::size_t>(number.ptr - text.data()));
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    using std::chrono::milliseconds;
    std::optional<milliseconds> duration;
    if (unit.empty() || unit == "ms") duration = milliseconds(count);
    if (unit == "s") duration = std::chrono::seconds(count);
    if (unit == "min") duration = std::chrono::minutes(count);
    if (unit == "h") duration = std::chrono::hours(count);
    if (unit == "d") duration = std::chrono::hours(24 * count);
    return duration && duration->count() <= most_milliseconds ? duration : std::nullopt;
}

ErrorMessage refused(const Parameter& parameter, std::string_view value, std::string hint) {
    return {.state = "22023",
            .message = fmt::format("invalid value for parameter \"{}\": \"{}\"", parameter.name, value),
            .hint = std::move(hint)};
}

}  // namespace

SessionParameters::SessionParameters(const std::string& user, std::string database) : database_(std::move(database)) {
    for (const Parameter& parameter : parameters) values_[fold_case(parameter.name)] = parameter.initial;
    values_["session_authorization"] = user;
    defaults_ = values_;
}

bool SessionParameters::is_known(std::string_view name) { return find(name) != nullptr; }

std::string_view SessionParameters::shown_name(std::string_view name) { return find(name)->name; }

std::optional<ErrorMessage> SessionParameters::set(const std::string& name, const std::vector<std::string>& values) {
    const Parameter& parameter = *find(name);
    if (parameter.rule == Rule::read_only)
        return ErrorMessage{.state = "55P02",
                            .message = fmt::format("parameter \"{}\" cannot be changed", parameter.name)};
    const std::string value = values.empty() ? defaults_.at(name) : fmt::format("{}", fmt::join(values, ", "));
    if (parameter.rule == Rule::one_of || parameter.rule == Rule::encoding) {
        const bool is_it = parameter.rule == Rule::encoding ? is_utf8(value) : is_allowed(parameter, value);
        if (!values.empty() && !is_it)
            return refused(parameter, value, fmt::format("here it is always \"{}\"", parameter.initial));
        return std::nullopt;
    }
    if (parameter.rule == Rule::duration) {
        const std::optional<std::chrono::milliseconds> duration = parse_milliseconds(value);
        if (!duration)
            return refused(parameter, value,
                           "write a number of milliseconds, '10s', '5min' or '1h', of at most 24 days");
        statement_timeout_ = *duration;
    }
    values_[name] = value;
    return std::nullopt;
}

std::optional<ErrorMessage> SessionParameters::set_at_start(const std::string& name, const std::string& value) {
    const Parameter* parameter = find(name);
    if (!parameter) return std::nullopt;
    std::optional<ErrorMessage> problem = set(name, {value});
    const bool is_of_surroundings = parameter->told && parameter->rule == Rule::one_of;
    if (problem && !is_of_surroundings) return problem;
    defaults_[name] = values_[name];
    return std::nullopt;
}

void SessionParameters::reset_all() {
    for (const auto& [name, value] : defaults_) {
        if (find(name)->rule != Rule::read_only) (void)set(name, {});
    }
}

std::vector<std::pair<std::string_view, std::string_view>> SessionParameters::all() const {
    std::vector<std::pair<std::string_view, std::string_view>> all;
    for (const auto& [name, value] : values_) all.emplace_back(shown_name(name), value);
    return all;
}

std::vector<std::pair<std::string_view, std::string_view>> SessionParameters::take_changes() {
    std::vector<std::pair<std::string_view, std::string_view>> changes;
    for (const Parameter& parameter : parameters) {
        if (!parameter.told) continue;
        const std::string name = fold_case(parameter.name);
        const std::string& value = values_[name];
        const auto [told, is_new] = told_.try_emplace(name, value);
        if (!is_new && told->second == value) continue;
        told->second = value;
        changes.emplace_back(parameter.name, value);
    }
    return changes;
}

}  // namespace laminar::postgres
