#include "server/postgres/statements/parameter_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "parser/text/ascii.h"
#include "parser/text/parser_limits.h"
#include "parser/tokens/lexical_forms.h"
#include "server/postgres/values/parameter_value.h"

namespace laminar::postgres {

namespace {

constexpr std::size_t most_parameters = 65'535;

constexpr std::string_view spaces = " \t\r\n";

/// Behind the form that begins there, which hides what is in it; begin: none does.
std::size_t end_of_form(std::string_view text, std::size_t begin) {
    const char c = text[begin];
    const std::string_view two = text.substr(begin, 2);
    if (two == "--") return std::min(text.find('\n', begin), text.size());
    std::size_t end = begin;
    if (two == "/*") {
        end = end_of_block_comment(text, begin);
    } else if ((c == 'e' || c == 'E') && two.size() == 2 && two[1] == '\'' &&
               (begin == 0 || !is_name_byte(text[begin - 1]))) {
        end = end_of_escaped(text, begin + 1);
    } else if (c == '\'' || c == '"') {
        end = end_of_quoted(text, begin);
    } else if (c == '$' && dollar_tag_length(text, begin) > 0) {
        end = end_of_dollar_quoted(text, begin);
    } else {
        while (end < text.size() && is_name_byte(text[end]) && text[end] != '$') ++end;
        // A name may have dollars in it.
        if (end > begin && !is_digit(c)) {
            while (end < text.size() && is_name_byte(text[end])) ++end;
        }
    }
    return std::min(end, text.size());
}

/// The type that a text begins with, as far as it is made of names and numbers: DECIMAL(5, 2)[], DOUBLE PRECISION.
std::string_view written_type(std::string_view text) {
    std::size_t end = 0;
    const auto at_next = [&] { return std::min(text.find_first_not_of(spaces, end), text.size()); };
    const auto take = [&](std::string_view word) {
        const std::size_t begin = at_next();
        std::size_t stop = begin;
        while (stop < text.size() && is_name_byte(text[stop])) ++stop;
        const bool found = equals_ignoring_case(text.substr(begin, stop - begin), word);
        if (found) end = stop;
        return found;
    };
    /// False: something else stands in brackets.
    const auto take_numbers = [&](char opening, char closing, std::string_view inner) {
        const std::size_t begin = at_next();
        if (begin == text.size() || text[begin] != opening) return true;
        const std::size_t close = text.find_first_not_of(inner, begin + 1);
        if (close == std::string_view::npos || text[close] != closing) return false;
        end = close + 1;
        return true;
    };
    while (end < text.size() && is_name_byte(text[end])) ++end;
    const std::string_view name = text.substr(0, end);
    if (equals_ignoring_case(name, "double")) (void)take("precision");
    for (const char* varying : {"character", "char", "bit"})
        if (equals_ignoring_case(name, varying)) (void)take("varying");
    if (!take_numbers('(', ')', "0123456789, \t\r\n")) return {};
    const std::size_t zoneless = end;
    if ((take("with") || take("without")) && !(take("time") && take("zone"))) end = zoneless;
    for (std::size_t before = text.size(); before != end;) {
        before = end;
        if (!take_numbers('[', ']', "0123456789")) return {};
    }
    return text.substr(0, end);
}

/// The type that a place says, of what stands before and behind it. 0: it says none.
std::int32_t type_between(std::string_view before, std::string_view behind) {
    before = before.substr(0, before.find_last_not_of(spaces) + 1);
    behind.remove_prefix(std::min(behind.find_first_not_of(spaces), behind.size()));
    const auto ends_with_word = [&](std::string_view word) {
        return before.size() >= word.size() && equals_ignoring_case(before.substr(before.size() - word.size()), word) &&
               (before.size() == word.size() || !is_name_byte(before[before.size() - word.size() - 1]));
    };
    if (ends_with_word("limit") || ends_with_word("offset")) return bigint_oid;
    const bool is_cast = before.ends_with('(') && equals_ignoring_case(behind.substr(0, 3), "as ");
    if (!behind.starts_with("::") && !is_cast) return 0;
    behind.remove_prefix(is_cast ? 3 : 2);
    behind.remove_prefix(std::min(behind.find_first_not_of(spaces), behind.size()));
    return oid_of_type_name(written_type(behind)).value_or(0);
}

/// The name before the operator that stands at the end of a text.
std::string_view name_compared(std::string_view before) {
    const auto trim = [&](std::string_view bytes) { before = before.substr(0, before.find_last_not_of(bytes) + 1); };
    trim(spaces);
    const std::size_t with_operator = before.size();
    trim("=<>!");
    if (before.size() == with_operator) return {};
    trim(spaces);
    std::size_t begin = before.size();
    while (begin > 0 && is_name_byte(before[begin - 1])) --begin;
    return before.substr(begin);
}

}  // namespace

ParameterText::ParameterText(std::string text) : text_(std::move(text)) {
    const std::string_view all = text_;
    for (std::size_t at = 0; at < all.size();) {
        if (all[at] == '$' && at + 1 < all.size() && is_digit(all[at + 1])) {
            Place place{at, at + 1, 0};
            while (place.end < all.size() && is_digit(all[place.end])) ++place.end;
            const auto number = std::from_chars(all.data() + at + 1, all.data() + place.end, place.number);
            is_in_range_ = number.ec == std::errc() && place.number > 0 && place.number <= most_parameters;
            has_too_many_ = places_.size() == ParserLimits().max_tokens;
            if (!is_in_range_ || has_too_many_) return;
            parameter_count_ = std::max(parameter_count_, place.number);
            at = place.end;
            places_.push_back(place);
            continue;
        }
        at = std::max(end_of_form(all, at), at + 1);
    }
}

std::optional<ErrorMessage> ParameterText::refusal() const {
    if (!is_in_range_) return ErrorMessage{.state = "42P02", .message = "parameters are $1 to $65535"};
    if (has_too_many_)
        return ErrorMessage{.state = "54000",
                            .message = fmt::format("the statement has more than {} tokens", ParserLimits().max_tokens)};
    return std::nullopt;
}

std::vector<std::int32_t> ParameterText::types_at_places() const {
    const std::string_view all = text_;
    std::vector<std::int32_t> types(parameter_count_, 0);
    for (const Place& place : places_) {
        std::int32_t& type = types[place.number - 1];
        if (type == 0) type = type_between(all.substr(0, place.begin), all.substr(place.end));
    }
    return types;
}

std::vector<std::string_view> ParameterText::compared_names() const {
    std::vector<std::string_view> names(parameter_count_);
    for (const Place& place : places_) {
        std::string_view& name = names[place.number - 1];
        if (name.empty()) name = name_compared(std::string_view(text_).substr(0, place.begin));
    }
    return names;
}

ErrorMessage ParameterText::too_long() {
    return {.state = "54000",
            .message = fmt::format("with the values of its parameters the statement has more than {} MiB",
                                   ParserLimits().max_bytes >> 20U),
            .hint = "a value is written out in each place of its parameter"};
}

std::optional<ParameterText::Filled> ParameterText::fill(const std::vector<std::string>& sql) const {
    std::size_t size = text_.size();
    for (const Place& place : places_) {
        size += sql[place.number - 1].size();
        if (size > ParserLimits().max_bytes) return std::nullopt;
    }
    Filled filled;
    filled.text_.reserve(size);
    filled.parts_.reserve(2 * places_.size() + 1);
    std::size_t at = 0;
    const auto copy_until = [&](std::size_t end) {
        filled.parts_.push_back({filled.text_.size(), at, 0});
        filled.text_.append(text_, at, end - at);
    };
    for (const Place& place : places_) {
        copy_until(place.begin);
        filled.parts_.push_back({filled.text_.size(), place.begin, place.number});
        filled.text_ += sql[place.number - 1];
        at = place.end;
    }
    copy_until(text_.size());
    return filled;
}

std::size_t ParameterText::Filled::origin(std::size_t offset) const noexcept {
    const auto after = std::upper_bound(parts_.begin(), parts_.end(), offset,
                                        [](std::size_t value, const Part& part) { return value < part.begin; });
    const Part& part = *std::prev(after);  // The first begins at 0.
    return part.number > 0 ? part.original : part.original + (offset - part.begin);
}

std::optional<std::size_t> ParameterText::Filled::parameter_at(std::size_t offset) const noexcept {
    auto part = std::lower_bound(parts_.begin(), parts_.end(), offset,
                                 [](const Part& each, std::size_t value) { return each.begin < value; });
    // Of the text before it there may be nothing.
    if (part != parts_.end() && part->number == 0) ++part;
    if (part == parts_.end() || part->begin != offset || part->number == 0) return std::nullopt;
    return part->number - 1;
}

}  // namespace laminar::postgres
