#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "LaminarLexer.h"
#include "parser/text/ascii.h"
#include "parser/tokens/token_classifier.h"

/// Types as other systems write them: MAP<TEXT, ARRAY<INT>>, BIGINT UNSIGNED.
namespace laminar {
namespace {

using Lexer = ::LaminarLexer;

bool is_any_of(std::size_t type, std::initializer_list<std::size_t> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

/// Types whose parts may stand in < and >.
bool has_type_arguments(std::string_view name) {
    static constexpr std::string_view names[] = {"ARRAY", "LIST", "MAP", "STRUCT", "ROW"};
    return std::any_of(std::begin(names), std::end(names),
                       [name](std::string_view each) { return equals_ignoring_case(name, each); });
}

constexpr std::string_view integer_types[] = {"TINYINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "HUGEINT"};
constexpr std::size_t most_type_nesting = 100;

}  // namespace

/// A comparison of a column of such a name is none of these: what stands between has the form of types alone.
void TokenClassifier::mark_type_arguments() {
    const std::size_t count_before = tokens_.size();
    for (std::size_t i = 1; i < tokens_.size(); ++i) {
        if (type(i) != Lexer::LESS || !has_type_arguments(text_of(i - 1))) continue;
        std::vector<std::size_t> angles;
        std::size_t surplus = 0;
        if (!end_of_type_arguments(i, angles, surplus, 0) || surplus > 0) continue;
        // From the last to the first: what is split moves those behind it.
        for (auto angle = angles.rbegin(); angle != angles.rend(); ++angle) {
            if (type(*angle) == Lexer::LESS) {
                set_type(*angle, Lexer::OPEN_ANGLE);
            } else if (type(*angle) == Lexer::GREATER) {
                set_type(*angle, Lexer::CLOSE_ANGLE);
            } else {
                split_shift(*angle);
            }
        }
    }
    for (std::size_t i = 0; tokens_.size() != count_before && i < tokens_.size(); ++i)
        static_cast<antlr4::CommonToken&>(*tokens_[i]).setTokenIndex(i);
}

std::optional<std::size_t> TokenClassifier::end_of_type(std::size_t index, std::vector<std::size_t>& angles,
                                                        std::size_t& surplus, std::size_t depth) const {
    const auto is_name = [this](std::size_t at) {
        return is_any_of(type(at), {Lexer::IDENTIFIER, Lexer::QUOTED_IDENTIFIER,
                                    Lexer::ARRAY,      Lexer::MAP,
                                    Lexer::ROW,        Lexer::UNION,
                                    Lexer::INTERVAL,   Lexer::TIME,
                                    Lexer::PRECISION,  Lexer::VARYING,
                                    Lexer::NAME,       Lexer::KEY,
                                    Lexer::VALUE,      Lexer::FIRST,
                                    Lexer::LAST,       Lexer::COUNT,
                                    Lexer::WITH,       Lexer::WITHOUT,
                                    Lexer::ZONE,       Lexer::AT,
                                    Lexer::TO,         Lexer::SET});
    };
    if (depth > most_type_nesting || !is_name(index)) return std::nullopt;
    // With the name of a field before it, and words such as UNSIGNED or WITH TIME ZONE behind it.
    while (is_name(index) || type(index) == Lexer::COLON) ++index;
    if (type(index) == Lexer::OPEN) {
        while (!is_any_of(type(index), {Lexer::CLOSE, Lexer::SEMICOLON, antlr4::Token::EOF})) ++index;
        if (type(index) != Lexer::CLOSE) return std::nullopt;
        ++index;
        while (is_name(index)) ++index;
    } else if (type(index) == Lexer::LESS) {
        const auto end = end_of_type_arguments(index, angles, surplus, depth + 1);
        if (!end) return std::nullopt;
        index = *end;
    }
    while (type(index) == Lexer::OPEN_BRACKET) {
        index += type(index + 1) == Lexer::INTEGER ? 2 : 1;
        if (type(index) != Lexer::CLOSE_BRACKET) return std::nullopt;
        ++index;
    }
    return index;
}

/// surplus: how many further ones the last > closes.
std::optional<std::size_t> TokenClassifier::end_of_type_arguments(std::size_t index, std::vector<std::size_t>& angles,
                                                                  std::size_t& surplus, std::size_t depth) const {
    angles.push_back(index);
    do {
        const auto end = end_of_type(index + 1, angles, surplus, depth);
        if (!end) return std::nullopt;
        index = *end;
        if (surplus > 0) {
            --surplus;
            return index;
        }
    } while (type(index) == Lexer::COMMA);
    const bool two = type(index) == Lexer::OTHER_OPERATOR && text_of(index) == ">>";
    if (!two && type(index) != Lexer::GREATER) return std::nullopt;
    angles.push_back(index);
    surplus = two ? 1 : 0;
    return index + 1;
}

/// >> into the two that it closes.
void TokenClassifier::split_shift(std::size_t index) {
    auto& first = static_cast<antlr4::CommonToken&>(*tokens_[index]);
    auto second = std::make_unique<antlr4::CommonToken>(&first);
    first.setType(Lexer::CLOSE_ANGLE);
    first.setStopIndex(first.getStartIndex());
    second->setType(Lexer::CLOSE_ANGLE);
    second->setStartIndex(second->getStopIndex());
    tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(second));
}

/// x BIGINT UNSIGNED, CAST(x AS BIGINT UNSIGNED), ARRAY<BIGINT UNSIGNED>: elsewhere it is the alias of a column.
bool TokenClassifier::makes_type_unsigned(std::size_t index) const {
    if (index < 2 || !equals_ignoring_case(text_of(index), "UNSIGNED")) return false;
    const std::string_view name = text_of(index - 1);
    const bool is_integer = std::any_of(std::begin(integer_types), std::end(integer_types),
                                        [name](std::string_view each) { return equals_ignoring_case(name, each); });
    const std::size_t before = type_before(index, 2);
    const bool in_angles = type(index + 1) == Lexer::CLOSE_ANGLE;
    return is_integer && (in_angles || is_any_of(before, {Lexer::IDENTIFIER, Lexer::QUOTED_IDENTIFIER, Lexer::AS,
                                                          Lexer::OPEN_ANGLE, Lexer::COLON}));
}

}  // namespace laminar
