#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/objects/column_type.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr int deepest_type = 100;

/// Reads the text of a type into the same tree that the SQL parser makes, so that one binder gives it its meaning.
class TypeTextParser {
public:
    explicit TypeTextParser(std::string_view text) : rest_(text) {}

    std::optional<ast::TypeName> parse() {
        std::optional<ast::TypeName> type = parse_type(0);
        skip_spaces();
        return rest_.empty() ? type : std::nullopt;
    }

private:
    static bool is_word_character(char character) {
        return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_' || (character & 0x80) != 0;
    }

    void skip_spaces() {
        while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0) rest_.remove_prefix(1);
    }

    bool take(char character) {
        skip_spaces();
        if (rest_.empty() || rest_.front() != character) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view take_word() {
        skip_spaces();
        std::size_t length = 0;
        while (length < rest_.size() && is_word_character(rest_[length])) ++length;
        const std::string_view word = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return word;
    }

    std::optional<std::int64_t> take_number() {
        skip_spaces();
        std::int64_t value = 0;
        const auto [end, failure] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (failure != std::errc()) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }

    std::optional<std::string> take_quoted(char quote) {
        if (!take(quote)) return std::nullopt;
        std::string text;
        while (!rest_.empty()) {
            const char character = rest_.front();
            rest_.remove_prefix(1);
            if (character != quote) {
                text += character;
            } else if (!rest_.empty() && rest_.front() == quote) {
                text += quote;
                rest_.remove_prefix(1);
            } else {
                return text;
            }
        }
        return std::nullopt;
    }

    bool next_is(char character) {
        skip_spaces();
        return !rest_.empty() && rest_.front() == character;
    }

    std::optional<ast::TypeName> parse_type(int depth) {
        if (depth > deepest_type) return std::nullopt;
        ast::TypeName type;
        if (next_is('"')) {
            std::optional<std::string> name = take_quoted('"');
            if (!name) return std::nullopt;
            type.name = std::move(*name);
        }
        for (std::string_view word = take_word(); !word.empty(); word = take_word()) {
            if (!type.name.empty()) type.name += ' ';
            type.name += upper_case(word);
        }
        if (type.name.empty() || (next_is('(') && !parse_brackets(type, depth))) return std::nullopt;
        // TIMESTAMP(3) WITH TIME ZONE
        for (std::string_view word = take_word(); !word.empty(); word = take_word()) {
            type.name += ' ';
            type.name += word;
        }
        while (take('[')) {
            if (take(']')) {
                type.dimensions.push_back(std::nullopt);
                continue;
            }
            const std::optional<std::int64_t> size = take_number();
            if (!size || !take(']')) return std::nullopt;
            type.dimensions.push_back(*size);
        }
        return type;
    }

    bool parse_brackets(ast::TypeName& type, int depth) {
        take('(');
        const bool named = type.name == "STRUCT" || type.name == "UNION" || type.name == "ROW";
        do {
            if (type.name == "ENUM") {
                std::optional<std::string> value = take_quoted('\'');
                if (!value) return false;
                type.values.push_back(std::move(*value));
            } else if (named || type.name == "MAP") {
                if (!parse_field(type, named, depth)) return false;
            } else {
                const std::optional<std::int64_t> number = take_number();
                if (!number) return false;
                type.modifiers.push_back(*number);
            }
        } while (take(','));
        return take(')');
    }

    bool parse_field(ast::TypeName& type, bool named, int depth) {
        ast::TypeName::Field field;
        if (named) {
            std::optional<std::string> name = next_is('"') ? take_quoted('"') : std::string(take_word());
            if (!name || name->empty()) return false;
            field.name.text = std::move(*name);
        }
        std::optional<ast::TypeName> inner = parse_type(depth + 1);
        if (!inner) return false;
        field.type = std::move(*inner);
        type.fields.push_back(std::move(field));
        return true;
    }

    std::string_view rest_;
};

}  // namespace

std::optional<ColumnType> parse_column_type(std::string_view text) {
    const std::optional<ast::TypeName> type = TypeTextParser(text).parse();
    if (!type) return std::nullopt;
    Diagnostics ignored;
    return bind_type(*type, ignored);
}

}  // namespace laminar
