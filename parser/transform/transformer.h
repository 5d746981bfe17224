#pragma once

#include <antlr4-runtime.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "LaminarParser.h"
#include "parser/ast/statement.h"
#include "parser/diagnostic/diagnostic.h"
#include "parser/text/ascii.h"
#include "parser/text/parser_limits.h"

namespace laminar {

/// Thrown by the transformer after it has reported why a statement cannot be accepted; ends that statement alone.
struct StatementRejected {};

/// Turns the parse tree of one statement into its AST; the only code that knows both. What the grammar lets pass
/// because one token of lookahead cannot tell (a colon between arguments, a star inside an expression) is judged here.
/// Generated contexts end here. For the parser alone: it sees ANTLR.
class Transformer {
public:
    using Grammar = ::LaminarParser;

    Transformer(std::string_view text, Diagnostics& diagnostics, const ParserLimits& limits)
        : text_(text), diagnostics_(diagnostics), limits_(limits) {}

    /// Throws StatementRejected.
    [[nodiscard]] ast::Statement transform_statement(Grammar::StatementContext& context);

private:
    class DepthScope;
    class OperatorSequence;
    /// The parts of a call before its name decides what they mean.
    struct CallParts;

    // transform_statement.cpp
    ast::Statement transform_plain_statement(Grammar::PlainStatementContext& context);
    ast::Insert transform_insert(Grammar::InsertStatementContext& context);
    ast::Subscribe transform_subscribe(Grammar::SubscribeContext& context);
    ast::WaitFor transform_wait_for(Grammar::WaitForContext& context);
    ast::PauseResume transform_pause_resume(Grammar::PauseResumeContext& context);
    ast::Drop transform_drop(Grammar::DropContext& context);
    ast::Statement::Node transform_show(Grammar::ShowContext& context);
    ast::Describe transform_describe(Grammar::DescribeContext& context);
    ast::Set transform_set(Grammar::SetSettingContext& context);

    // transform_ddl.cpp
    ast::Statement::Node transform_create(Grammar::CreateStatementContext& context);
    ast::CreateConnection transform_create_connection(Grammar::CreateConnectionContext& context);
    ast::CreateTable transform_create_table(Grammar::CreateTableContext& context);
    ast::CreateView transform_create_view(Grammar::CreateViewContext& context);
    ast::CreatePipeline transform_create_pipeline(Grammar::CreatePipelineContext& context);
    ast::CreateFunction transform_create_function(Grammar::CreateFunctionContext& context);
    void transform_table_element(Grammar::TableElementContext& context, ast::CreateTable& table);
    ast::ColumnDefinition transform_column(Grammar::ColumnDefinitionContext& context);
    void transform_constraint(Grammar::ColumnConstraintContext& context, ast::ColumnDefinition& column);

    // transform_option.cpp
    std::vector<ast::Option> transform_options(Grammar::OptionListContext* context);
    ast::OptionValue transform_option_value(Grammar::OptionValueContext& context);

    // transform_query.cpp
    ast::Query transform_query(Grammar::QueryContext& context);
    ast::CommonTableExpression transform_cte(Grammar::CommonTableExpressionContext& context);
    ast::QueryBody transform_query_body(Grammar::QueryBodyContext& context);
    ast::QueryBody transform_query_term(Grammar::QueryTermContext& context);
    ast::Values transform_values(Grammar::ValuesContext& context);
    ast::Select transform_select(Grammar::SelectContext& context);
    void transform_select_list(Grammar::SelectListContext& context, ast::Select& select);
    ast::SelectItem transform_select_item(Grammar::SelectItemContext& context);
    void transform_select_tail(Grammar::SelectTailContext& context, ast::Select& select);
    ast::GroupingElement transform_grouping_element(Grammar::GroupingElementContext& context);
    void transform_query_modifiers(Grammar::QueryContext& context, ast::Query& query);

    // transform_from.cpp
    ast::TableReference transform_from(Grammar::FromClauseContext& context);
    ast::TableReference transform_table_reference(Grammar::TableReferenceContext& context);
    ast::TableReference transform_table_primary(Grammar::TablePrimaryContext& context);
    ast::TableReference transform_table_source(Grammar::TableSourceContext& context);
    ast::Join transform_join_kind(Grammar::JoinTailContext& context);
    ast::TableAlias transform_table_alias(Grammar::TableAliasContext& context);

    // transform_window.cpp
    ast::OrderItem transform_order_item(Grammar::OrderItemContext& context);
    ast::WindowSpecification transform_window(Grammar::WindowSpecificationContext& context);
    ast::WindowFrame transform_frame(Grammar::WindowFrameContext& context);
    ast::FrameBound transform_frame_bound(Grammar::FrameBoundContext& context);

    // transform_expression.cpp
    ast::Expression transform_expression(Grammar::ExpressionContext& context);
    ast::Expression transform_default_value(Grammar::DefaultValueContext& context);
    std::vector<ast::Expression> transform_expression_list(Grammar::ExpressionListContext& context);
    ast::Expression transform_lambda_or_expression(Grammar::ExpressionContext& context, std::string_view function);
    bool is_lambda(Grammar::ExpressionContext& context, std::string_view function,
                   std::vector<ast::Identifier>& parameters);

    // transform_operand.cpp
    ast::Expression transform_operand(Grammar::OperandContext& context);
    ast::Expression transform_operand_head(Grammar::OperandContext& context, std::size_t& suffixes_used);
    ast::Expression transform_suffix(ast::Expression operand, Grammar::OperandSuffixContext& context);
    ast::Expression transform_brackets(ast::Expression operand, Grammar::OperandSuffixContext& context);
    ast::Expression transform_primary(Grammar::PrimaryContext& context);
    ast::Expression transform_parentheses(Grammar::PrimaryContext& context);
    ast::Expression transform_cast(Grammar::PrimaryContext& context);
    ast::Expression transform_interval(Grammar::PrimaryContext& context);
    ast::Expression transform_entries(Grammar::PrimaryContext& context);
    ast::Expression transform_case(Grammar::CaseExpressionContext& context);
    ast::Expression transform_list(Grammar::ListContext& context);
    ast::Expression transform_quantifier(Grammar::PrimaryContext& context);
    ast::Expression subquery(Grammar::QueryContext& context, SourceSpan span);

    // transform_call.cpp
    ast::Expression transform_call(ast::QualifiedName name, Grammar::CallSuffixContext& context, SourceSpan span);
    CallParts transform_call_parts(std::string_view function, Grammar::CallSuffixContext& context);
    void transform_argument(std::string_view function, Grammar::CallArgumentContext& context, CallParts& parts);
    void transform_argument_tail(std::string_view function, Grammar::CallArgumentContext& context,
                                 ast::Expression first, CallParts& parts);
    ast::Expression transform_json_object(CallParts parts, SourceSpan span);
    void transform_call_tail(Grammar::CallTailContext& context, ast::FunctionCall& call);
    ast::Expression transform_star(Grammar::StarContext& context, std::vector<ast::Identifier> qualifier,
                                   SourceSpan span);

    // transform_name.cpp
    ast::Identifier transform_identifier(antlr4::ParserRuleContext& context) const;
    ast::Identifier identifier_of(const antlr4::Token& token) const;
    std::vector<ast::Identifier> transform_names(Grammar::NameListContext* context) const;
    ast::QualifiedName transform_qualified_name(Grammar::QualifiedNameContext& context) const;
    ast::TypeName transform_type(Grammar::TypeNameContext& context);
    ast::TypeName transform_element_type(Grammar::ElementTypeContext& context);
    ast::TypeName list_of(ast::TypeName type);
    void transform_type_argument(Grammar::TypeArgumentContext& context, ast::TypeName& type);

    // transform_literal.cpp
    ast::Literal transform_number(Grammar::NumberContext& context);
    std::string number_text(Grammar::NumberContext& context);
    std::string transform_string(Grammar::StringContext& context);
    std::string string_value(const antlr4::Token& token);
    std::string unescape(std::string_view body, SourceSpan span);
    std::int64_t integer_value(const antlr4::Token& token);

    [[noreturn]] void reject(DiagnosticCode code, SourceSpan span, std::string message, std::string hint = {});
    [[nodiscard]] std::string_view slice(SourceSpan span) const {
        return text_.substr(span.begin, span.end - span.begin);
    }
    [[nodiscard]] std::string verbatim(const antlr4::ParserRuleContext& context) const;

    std::string_view text_;
    Diagnostics& diagnostics_;
    const ParserLimits& limits_;
    std::size_t depth_ = 0;
    bool star_allowed_ = false;  ///< The operand being transformed is a whole select item or argument.
};

/// Counts levels of AST below the current one for as long as it lives, and rejects the statement when there are too
/// many.
class Transformer::DepthScope {
public:
    DepthScope(Transformer& transformer, std::size_t levels, const antlr4::ParserRuleContext& where);
    ~DepthScope() { transformer_.depth_ -= levels_; }
    DepthScope(const DepthScope&) = delete;
    DepthScope& operator=(const DepthScope&) = delete;

private:
    Transformer& transformer_;
    std::size_t levels_;
};

struct Transformer::CallParts {
    bool distinct = false;
    bool keyed = false;         ///< Some argument is key: value or key VALUE value.
    bool special_form = false;  ///< Some argument has FROM, FOR or PLACING.
    std::string trim_side;      ///< BOTH, LEADING or TRAILING.
    SourceSpan tail_span;       ///< Of the first word between arguments that only some functions take.
    std::vector<ast::FunctionArgument> arguments;
    std::vector<ast::OrderItem> order_by;
    bool ignore_nulls = false;
    bool respect_nulls = false;
};

[[nodiscard]] SourceSpan span_of(const antlr4::ParserRuleContext& context);
/// The first child that is this token, or null.
[[nodiscard]] antlr4::Token* find_token(const antlr4::ParserRuleContext& context, std::size_t token_type);
[[nodiscard]] inline bool has_token(const antlr4::ParserRuleContext& context, std::size_t token_type) {
    return find_token(context, token_type) != nullptr;
}
/// The type of the token a child consists of or begins with.
[[nodiscard]] std::size_t leading_token(antlr4::tree::ParseTree& child);

/// Calls action for every child of this kind, in one pass (the generated accessors search anew for each index).
template <class Child, class Action>
void for_each_child(const antlr4::ParserRuleContext& context, Action action) {
    for (antlr4::tree::ParseTree* child : context.children) {
        if (auto* matching = dynamic_cast<Child*>(child)) action(*matching);
    }
}

}  // namespace laminar
