#include "runtime/plan/flink/values/patterns.h"

#include <algorithm>

#include "parser/text/ascii.h"

namespace laminar::flink {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads a pattern from left to right; whatever it does not know ends it.
class PatternReader {
public:
    explicit PatternReader(std::string_view pattern) : pattern_(pattern) {}

    std::optional<std::string> read() {
        while (at_ < pattern_.size()) {
            if (!read_part()) return std::nullopt;
        }
        return written_;
    }

private:
    bool read_part() {
        const char c = pattern_[at_++];
        switch (c) {
            case '.':
                written_ += R"([^\n])";
                return true;
            case '$':
                written_ += R"(\z)";
                return true;
            case '\\':
                return read_escape(false);
            case '[':
                written_ += c;
                return read_class();
            case '(':
                written_ += c;
                if (peek() != '?') return true;
                // Of what may follow, groups without a number alone mean the same.
                if (pattern_.substr(at_, 2) != "?:") return false;
                at_ += 2;
                written_ += "?:";
                return true;
            case '*':
            case '+':
            case '?':
            case '}':
                written_ += c;
                return peek() != '+';
            case ']':
                written_ += R"(\])";
                return true;
            case '{':
                written_ += c;
                return is_digit(peek());
            default:
                written_ += c;
                return static_cast<unsigned char>(c) >= ' ';
        }
    }

    bool read_class() {
        if (peek() == '^') written_ += pattern_[at_++];
        if (peek() == ']') return false;  // A member in RE2, and the end in some of the others.
        while (at_ < pattern_.size()) {
            const char c = pattern_[at_++];
            if (c == ']') {
                written_ += c;
                return true;
            }
            // Java has unions and intersections of classes.
            if (c == '[' || c == '&') return false;
            if (c == '\\') {
                if (!read_escape(true)) return false;
                continue;
            }
            written_ += c;
        }
        return false;
    }

    bool read_escape(bool in_class) {
        if (at_ == pattern_.size()) return false;
        const char c = pattern_[at_++];
        if (c == 's') {
            // Java's has the vertical tab as well.
            written_ += in_class ? R"(\t\n\f\r )" : R"([\t\n\f\r ])";
            return true;
        }
        constexpr std::string_view same = "dDwWtnrf";
        const bool is_punctuation = static_cast<unsigned char>(c) < 0x80 && !is_letter_or_digit(c);
        if (!is_punctuation && same.find(c) == std::string_view::npos) return false;
        written_ += '\\';
        written_ += c;
        return true;
    }

    [[nodiscard]] char peek() const { return at_ < pattern_.size() ? pattern_[at_] : '\0'; }

    std::string_view pattern_;
    std::size_t at_ = 0;
    std::string written_;
};

bool is_plain_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter_or_digit(c) || c == '_' || c == '-' || c == ' ' || static_cast<unsigned char>(c) >= 0x80;
    });
}

}  // namespace

std::optional<std::string> java_pattern(std::string_view pattern) { return PatternReader(pattern).read(); }

bool is_plain_replacement(std::string_view text) { return text.find_first_of("\\$") == std::string_view::npos; }

std::optional<std::string> java_date_format(std::string_view format) {
    std::string written;
    std::string plain;
    const auto end_plain = [&] {
        if (plain.empty()) return;
        // Letters are patterns there; between quotes they are themselves.
        const bool has_letters = std::any_of(plain.begin(), plain.end(), is_letter_or_digit);
        written += has_letters ? "'" + plain + "'" : plain;
        plain.clear();
    };
    for (std::size_t at = 0; at < format.size(); ++at) {
        const char c = format[at];
        if (c != '%') {
            const bool is_safe = is_letter_or_digit(c) || std::string_view(" -./:,_").find(c) != std::string_view::npos;
            if (!is_safe) return std::nullopt;
            plain += c;
            continue;
        }
        if (++at == format.size()) return std::nullopt;
        const std::string_view pattern = [&]() -> std::string_view {
            switch (format[at]) {
                case 'Y':
                    return "yyyy";
                case 'm':
                    return "MM";
                case 'd':
                    return "dd";
                case 'H':
                    return "HH";
                case 'M':
                    return "mm";
                case 'S':
                    return "ss";
                case 'g':
                    return "SSS";
                case 'j':
                    return "DDD";
                default:
                    return {};
            }
        }();
        if (pattern.empty()) return std::nullopt;
        end_plain();
        written += pattern;
    }
    end_plain();
    return written;
}

std::optional<std::vector<JsonStep>> json_steps(std::string_view path) {
    if (path.starts_with('/')) return std::nullopt;
    if (!path.starts_with('$'))
        return is_plain_name(path) ? std::optional(std::vector<JsonStep>{{std::string(path), false}}) : std::nullopt;
    std::vector<JsonStep> steps;
    std::size_t at = 1;
    while (at < path.size()) {
        const std::size_t begin = at + 1;
        if (path[at] == '.' && begin < path.size() && path[begin] == '"') {
            const std::size_t end = path.find('"', begin + 1);
            if (end == std::string_view::npos) return std::nullopt;
            steps.push_back({std::string(path.substr(begin + 1, end - begin - 1)), false});
            at = end + 1;
        } else if (path[at] == '.') {
            at = std::min(path.find_first_of(".[", begin), path.size());
            steps.push_back({std::string(path.substr(begin, at - begin)), false});
        } else if (path[at] == '[') {
            const std::size_t end = path.find(']', begin);
            if (end == std::string_view::npos || end == begin) return std::nullopt;
            const std::string_view index = path.substr(begin, end - begin);
            if (!std::all_of(index.begin(), index.end(), is_digit)) return std::nullopt;
            steps.push_back({std::string(index), true});
            at = end + 1;
        } else {
            return std::nullopt;
        }
        if (!steps.back().is_index && !is_plain_name(steps.back().name)) return std::nullopt;
    }
    return steps.empty() ? std::nullopt : std::optional(std::move(steps));
}

std::string json_path(const std::vector<JsonStep>& steps) {
    std::string path = "$";
    for (const JsonStep& step : steps) path += step.is_index ? "[" + step.name + "]" : "['" + step.name + "']";
    return path;
}

}  // namespace laminar::flink
