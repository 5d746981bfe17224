#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/objects/catalog.h"
#include "parser/ast/expression.h"
#include "runtime/plan/flink/expressions/scope.h"
#include "runtime/plan/flink/values/casts.h"

namespace laminar::flink {

/// Writes expressions of a block in Flink SQL, with the values that they have here, or refuses them. What it does not
/// know it refuses: nothing passes as it is written.
class ExpressionWriter {
public:
    /// What stands for some expressions of the block: a window, an aggregate. nullopt: nothing of its own.
    using Special = std::function<std::optional<Written>(const ast::Expression&)>;

    /// All are borrowed.
    ExpressionWriter(const Scope& scope, EngineTypes& engine, const Catalog& catalog, Findings& findings)
        : scope_(scope), engine_(engine), catalog_(catalog), findings_(findings) {}

    void set_special(Special special) { special_ = std::move(special); }

    [[nodiscard]] Written write(const ast::Expression& expression);
    /// With a cast, where one is needed, that keeps to what CAST does here.
    [[nodiscard]] Written write_as(const ast::Expression& expression, const ColumnType& type);
    /// A BOOLEAN: of WHERE, ON, HAVING, FILTER.
    [[nodiscard]] std::string write_condition(const ast::Expression& expression);
    /// INTERVAL ... of a constant; nullopt where Flink has none so long, or so short.
    [[nodiscard]] std::optional<std::string> write_interval(const ast::Expression& expression, bool& is_negative);

    [[nodiscard]] ColumnType type_of(const ast::Expression& expression) const { return scope_.type_of(expression); }
    [[nodiscard]] Findings& findings() const noexcept { return findings_; }
    [[nodiscard]] const Scope& scope() const noexcept { return scope_; }
    [[nodiscard]] EngineTypes& engine() const noexcept { return engine_; }

private:
    class DepthGuard;

    Written write_node(const ast::Literal& literal, const ast::Expression& whole);
    Written write_node(const ast::TypedLiteral& literal, const ast::Expression& whole);
    Written write_node(const ast::ColumnReference& reference, const ast::Expression& whole);
    Written write_node(const ast::Unary& unary, const ast::Expression& whole);
    Written write_node(const ast::Binary& binary, const ast::Expression& whole);
    Written write_node(const ast::FunctionCall& call, const ast::Expression& whole);
    Written write_node(const ast::Case& cases, const ast::Expression& whole);
    Written write_node(const ast::Cast& cast, const ast::Expression& whole);
    Written write_node(const ast::In& in, const ast::Expression& whole);
    Written write_node(const ast::Between& between, const ast::Expression& whole);
    Written write_node(const ast::Like& like, const ast::Expression& whole);
    Written write_node(const ast::Is& is, const ast::Expression& whole);
    Written write_node(const ast::Extract& extract, const ast::Expression& whole);
    Written write_node(const ast::ListLiteral& list, const ast::Expression& whole);
    Written write_node(const ast::StructLiteral& structure, const ast::Expression& whole);
    Written write_node(const ast::Subscript& subscript, const ast::Expression& whole);
    Written write_node(const ast::FieldAccess& access, const ast::Expression& whole);
    Written write_node(const ast::Parenthesized& parenthesized, const ast::Expression&) {
        return write(*parenthesized.inner);
    }
    template <class Node>
    Written write_node(const Node&, const ast::Expression& whole) {
        refuse_node(whole);
    }
    [[noreturn]] void refuse_node(const ast::Expression& whole) const;

    // expression_operators.cpp
    Written write_connected(const ast::Expression& whole, ast::OperatorKind kind);
    Written write_arithmetic(const ast::Binary& binary, const ast::Expression& whole);
    Written whole_arithmetic(ast::OperatorKind kind, Written left, Written right, const ColumnType& type,
                             const ast::Binary& binary, const ast::Expression& whole);
    Written whole_division(ast::OperatorKind kind, Written left, Written right, const ColumnType& type,
                           const ast::Binary& binary);
    Written decimal_arithmetic(ast::OperatorKind kind, Written left, Written right, const ColumnType& type,
                               const ast::Expression& whole);
    Written time_arithmetic(const ast::Binary& binary, const ast::Expression& whole);
    /// Both with one type, as comparing them takes it; literals as what they are compared with.
    std::pair<Written, Written> comparable(const ast::Expression& left, const ast::Expression& right);
    Written write_json_text(const ast::Expression& whole);
    Written field_of(Written structure, std::string_view name, const ast::Expression& whole) const;
    Written written_macro(const ast::FunctionCall& call, const FunctionObject& function, const ast::Expression& whole);

    const Scope& scope_;
    EngineTypes& engine_;
    const Catalog& catalog_;
    Findings& findings_;
    Special special_;
    std::size_t depth_ = 0;
    bool reads_numbers_ = false;  ///< What is written is cast to a number: its spelling does not matter.
};

/// All of one type, which the expression that chooses among them has.
[[nodiscard]] ColumnType unite(std::vector<Written>& values, const ColumnType& type, SourceSpan span,
                               const Findings& findings);
/// The text of a literal string, below parentheses; nullopt for anything else.
[[nodiscard]] std::optional<std::string> literal_text(const ast::Expression& expression);
/// DATE '...' or TIMESTAMP '...' of a text in the form of ISO 8601; nullopt for others.
[[nodiscard]] std::optional<Written> time_literal(std::string_view text, const ColumnType& type);

}  // namespace laminar::flink
