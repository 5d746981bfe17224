#include "server/postgres/session/parameter_text.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "parser/text/ascii.h"
#include "parser/tokens/lexical_forms.h"
#include "server/postgres/values/parameter_value.h"

namespace laminar::postgres {

namespace {

constexpr std::size_t most_parameters = 65'535;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

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

}  // namespace

ParameterText::ParameterText(std::string text) : text_(std::move(text)) {
    const std::string_view all = text_;
    for (std::size_t at = 0; at < all.size();) {
        if (all[at] == '$' && at + 1 < all.size() && is_digit(all[at + 1])) {
            Place place{at, at + 1, 0};
            while (place.end < all.size() && is_digit(all[place.end])) ++place.end;
            const auto number = std::from_chars(all.data() + at + 1, all.data() + place.end, place.number);
            if (number.ec != std::errc() || place.number == 0 || place.number > most_parameters) is_in_range_ = false;
            at = place.end;
            places_.push_back(place);
            continue;
        }
        at = std::max(end_of_form(all, at), at + 1);
    }
}

std::optional<std::size_t> ParameterText::parameter_count() const noexcept {
    if (!is_in_range_) return std::nullopt;
    std::size_t count = 0;
    for (const Place& place : places_) count = std::max(count, place.number);
    return count;
}

std::int32_t ParameterText::type_at_place(std::size_t parameter) const {
    const std::string_view all = text_;
    for (const Place& place : places_) {
        if (place.number != parameter + 1) continue;
        std::size_t at = place.end;
        while (at < all.size() && is_space(all[at])) ++at;
        std::string_view rest = all.substr(at);
        std::string_view before = all.substr(0, place.begin);
        while (!before.empty() && is_space(before.back())) before.remove_suffix(1);
        const auto ends_with_word = [&](std::string_view word) {
            return before.size() >= word.size() &&
                   equals_ignoring_case(before.substr(before.size() - word.size()), word) &&
                   (before.size() == word.size() || !is_name_byte(before[before.size() - word.size() - 1]));
        };
        if (ends_with_word("limit") || ends_with_word("offset")) return bigint_oid;
        const bool is_cast = before.ends_with('(') && equals_ignoring_case(rest.substr(0, 3), "as ");
        if (!rest.starts_with("::") && !is_cast) continue;
        rest.remove_prefix(is_cast ? 3 : 2);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
        std::size_t end = 0;
        while (end < rest.size() && is_name_byte(rest[end])) ++end;
        if (rest.substr(end, 2) == "[]") end += 2;
        if (const auto oid = oid_of_type_name(rest.substr(0, end))) return *oid;
    }
    return 0;
}

ParameterText::Filled ParameterText::fill(const std::vector<std::string>& sql) const {
    Filled filled;
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
    const auto found = std::find_if(parts_.begin(), parts_.end(),
                                    [&](const Part& part) { return part.begin == offset && part.number > 0; });
    return found == parts_.end() ? std::nullopt : std::optional(found->number - 1);
}

std::string_view ParameterText::compared_name(std::size_t parameter) const {
    for (const Place& place : places_) {
        if (place.number != parameter + 1) continue;
        std::string_view before = std::string_view(text_).substr(0, place.begin);
        const auto trim = [&](std::string_view bytes) {
            before = before.substr(0, before.find_last_not_of(bytes) + 1);
        };
        trim(" \t\r\n");
        const std::size_t with_operator = before.size();
        trim("=<>!");
        if (before.size() == with_operator) continue;
        trim(" \t\r\n");
        std::size_t begin = before.size();
        while (begin > 0 && is_name_byte(before[begin - 1])) --begin;
        if (begin < before.size()) return before.substr(begin);
    }
    return {};
}

}  // namespace laminar::postgres
