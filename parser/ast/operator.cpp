#include "parser/ast/operator.h"

#include <algorithm>
#include <array>

namespace laminar::ast {

namespace {

struct Spelling {
    std::string_view text;
    OperatorKind kind;
};

/// The usual spelling of a kind stands before others.
constexpr auto spellings = std::to_array<Spelling>({
    {"OR", OperatorKind::disjunction},  {"AND", OperatorKind::conjunction},  {"NOT", OperatorKind::negation},
    {"=", OperatorKind::equal},         {"==", OperatorKind::equal},         {"<>", OperatorKind::not_equal},
    {"!=", OperatorKind::not_equal},    {"<", OperatorKind::less},           {"<=", OperatorKind::less_equal},
    {">", OperatorKind::greater},       {">=", OperatorKind::greater_equal}, {"+", OperatorKind::add},
    {"-", OperatorKind::subtract},      {"*", OperatorKind::multiply},       {"/", OperatorKind::divide},
    {"//", OperatorKind::divide_whole}, {"%", OperatorKind::remainder},      {"^", OperatorKind::power},
    {"**", OperatorKind::power},        {"||", OperatorKind::concatenate},   {"->", OperatorKind::json_value},
    {"->>", OperatorKind::json_text},   {"&", OperatorKind::bitwise_and},    {"|", OperatorKind::bitwise_or},
    {"<<", OperatorKind::shift_left},   {">>", OperatorKind::shift_right},   {"~", OperatorKind::text_match},
    {"!~", OperatorKind::text_match},   {"~*", OperatorKind::text_match},    {"!~*", OperatorKind::text_match},
    {"~~", OperatorKind::text_match},   {"!~~", OperatorKind::text_match},   {"~~*", OperatorKind::text_match},
    {"!~~*", OperatorKind::text_match}, {"~~~", OperatorKind::text_match},   {"^@", OperatorKind::text_match},
});

}  // namespace

OperatorKind Operator::kind_of(std::string_view text) noexcept {
    const auto* found =
        std::find_if(spellings.begin(), spellings.end(), [&](const Spelling& each) { return each.text == text; });
    return found == spellings.end() ? OperatorKind::other : found->kind;
}

std::string_view Operator::text_of(OperatorKind kind) noexcept {
    if (kind == OperatorKind::text_match) return {};
    const auto* found =
        std::find_if(spellings.begin(), spellings.end(), [&](const Spelling& each) { return each.kind == kind; });
    return found == spellings.end() ? std::string_view() : found->text;
}

}  // namespace laminar::ast
