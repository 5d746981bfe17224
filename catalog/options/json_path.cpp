#include "catalog/options/json_path.h"

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// The text up to the closing quote; text starts after the opening one and is left after the closing one.
std::optional<std::string> take_quoted(std::string_view& text, char quote) {
    const std::size_t close = text.find(quote);
    if (close == std::string_view::npos || close == 0) return std::nullopt;
    std::string step(text.substr(0, close));
    text.remove_prefix(close + 1);
    return step;
}

using Step = std::optional<std::string>;

/// What stands between brackets: an index, a quoted name, or * where that is a step (it has no name).
std::optional<Step> take_bracket(std::string_view& text, bool takes_each) {
    std::optional<std::string> step;
    if (takes_each && text.starts_with("*]")) {
        text.remove_prefix(2);
        return Step();
    }
    if (!text.empty() && (text.front() == '\'' || text.front() == '"')) {
        const char quote = text.front();
        text.remove_prefix(1);
        step = take_quoted(text, quote);
    } else {
        const std::size_t length = std::min(text.find(']'), text.size());
        const std::string_view digits = text.substr(0, length);
        const bool plain = std::all_of(digits.begin(), digits.end(), is_digit);
        if (digits.empty() || digits.size() > 9 || !plain) return std::nullopt;
        step = std::string(digits);
        text.remove_prefix(length);
    }
    if (!step || text.empty() || text.front() != ']') return std::nullopt;
    text.remove_prefix(1);
    return Step(std::move(step));
}

/// takes_each: [*] is a step.
std::optional<std::vector<Step>> parse_steps(std::string_view text, bool takes_each) {
    std::vector<Step> steps;
    bool expects_name = true;  // Without $ the path starts with a name.
    if (!text.empty() && text.front() == '$') {
        text.remove_prefix(1);
        expects_name = false;
    }
    while (!text.empty() || expects_name) {
        std::optional<Step> step;
        if (!expects_name && text.front() == '.') {
            text.remove_prefix(1);
            expects_name = true;
        }
        if (!text.empty() && text.front() == '[') {
            if (expects_name && !steps.empty()) return std::nullopt;  // a.[0]
            text.remove_prefix(1);
            step = take_bracket(text, takes_each);
        } else if (!expects_name) {
            return std::nullopt;
        } else if (!text.empty() && text.front() == '"') {
            text.remove_prefix(1);
            std::optional<std::string> name = take_quoted(text, '"');
            if (name) step = Step(std::move(name));
        } else {
            const std::size_t length = std::min(text.find_first_of(".["), text.size());
            const std::string_view name = text.substr(0, length);
            if (name.empty() || name.find_first_of("*?\"']") != std::string_view::npos) return std::nullopt;
            step = Step(std::string(name));
            text.remove_prefix(length);
        }
        if (!step) return std::nullopt;
        steps.push_back(std::move(*step));
        expects_name = false;
    }
    if (steps.empty()) return std::nullopt;
    return steps;
}

}  // namespace

std::optional<std::vector<std::string>> parse_json_path(std::string_view text) {
    const std::optional<std::vector<Step>> steps = parse_steps(text, false);
    if (!steps) return std::nullopt;
    std::vector<std::string> names;
    for (const Step& step : *steps) names.push_back(*step);
    return names;
}

std::optional<std::vector<std::string>> parse_json_place(std::string_view text) {
    if (text == "$") return std::vector<std::string>{};
    return parse_json_path(text);
}

std::optional<RowsPath> parse_rows_path(std::string_view text) {
    if (!text.starts_with('$')) return std::nullopt;
    RowsPath path;
    path.text = text;
    if (text == "$") return path;
    std::optional<std::vector<Step>> steps = parse_steps(text, true);
    if (!steps) return std::nullopt;
    path.steps = std::move(*steps);
    return path;
}

}  // namespace laminar
