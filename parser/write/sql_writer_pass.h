#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/write/sql_writer.h"

namespace laminar {

/// Whose SQL is written: the engine's, or the user's own for SHOW CREATE.
enum class SqlDialect { duckdb, laminar };

/// How tightly an expression binds, as DuckDB's grammar has it. A child that binds less than its place requires is
/// written in parentheses; where Laminar's and DuckDB's grammars could differ, places require more than they must.
enum class Binding {
    any,  ///< The place takes everything: an argument, an element between brackets.
    lambda,
    arrow,  ///< -> binds least of all operators.
    disjunction,
    conjunction,
    negation,
    is_test,
    comparison,
    pattern,  ///< BETWEEN, IN, LIKE.
    other_operator,
    sum,
    product,
    power,
    time_zone,
    collation,
    sign,
    cast,
    primary,
    indexable,  ///< Takes [index] and .field after it.
    never,      ///< Nothing binds so: the place always takes parentheses.
};

/// One pass over an AST that writes it as text. Used once and thrown away. The AST must outlive the pass. Recursion is
/// as deep as brackets nest, not as operators chain.
class SqlWriterPass {
public:
    SqlWriterPass(SqlDialect dialect, const SqlWriterOptions& options) : dialect_(dialect), options_(options) {}

    void write_query(const ast::Query& query);
    void write_expression(const ast::Expression& expression, Binding required = Binding::any);
    void write_type(const ast::TypeName& type);
    void write_name(const ast::Identifier& name);
    void write_name_list(const std::vector<ast::Identifier>& names);
    void write_qualified_name(const ast::QualifiedName& name);

    /// Appends text that stands for what is being written now.
    void put(std::string_view text) { put(text, SourceSpan{}); }
    /// Appends text of a span of its own.
    void put(std::string_view text, SourceSpan span);
    [[nodiscard]] std::string_view text() const noexcept { return result_.text; }
    [[nodiscard]] WrittenSql take() { return std::move(result_); }

    /// Writes the elements with ", " between them.
    template <class List, class WriteElement>
    void write_list(const List& elements, WriteElement write_element) {
        bool first = true;
        for (const auto& element : elements) {
            if (!first) put(", ");
            first = false;
            write_element(element);
        }
    }

private:
    /// While it lives, text without a span of its own is attributed to the given one.
    class OriginScope;

    // sql_writer_expression.cpp
    void write_primary(const ast::Expression& expression);
    void write_prefix(const ast::Expression& expression);
    void write_suffix(const ast::Expression& expression);
    void write_expressions(const std::vector<ast::Expression>& expressions);
    void write_key_values(const std::vector<ast::KeyValue>& entries, std::string_view separator);
    void write_node(const ast::Literal& literal);
    void write_node(const ast::IntervalLiteral& interval);
    void write_node(const ast::TypedLiteral& literal);
    void write_node(const ast::ColumnReference& column);
    void write_node(const ast::Star& star);
    void write_node(const ast::Unary& unary);
    void write_node(const ast::FunctionCall& call);
    void write_node(const ast::Case& conditional);
    void write_node(const ast::Cast& cast);
    void write_node(const ast::Exists& exists);
    void write_node(const ast::Subquery& subquery);
    void write_node(const ast::Extract& extract);
    void write_node(const ast::ListLiteral& list);
    void write_node(const ast::ListComprehension& comprehension);
    void write_node(const ast::MapLiteral& map);
    void write_node(const ast::StructLiteral& structure);
    void write_node(const ast::JsonObject& object);
    void write_node(const ast::Tuple& tuple);
    void write_node(const ast::Lambda& lambda);
    void write_node(const ast::Parenthesized& parenthesized);
    void write_function_name(const ast::QualifiedName& name);
    void write_argument(const ast::FunctionArgument& argument);

    // sql_writer_lowering.cpp
    void write_node(const ast::TimeWindow& window);
    void write_node(const ast::PresentTime& time);
    void write_node(const ast::Acknowledge& acknowledge);

    // sql_writer_operator.cpp
    void write_tail(const ast::Binary& binary);
    void write_tail(const ast::Cast& cast);
    void write_tail(const ast::In& in);
    void write_tail(const ast::Between& between);
    void write_tail(const ast::Like& like);
    void write_tail(const ast::Is& is);
    void write_tail(const ast::Quantified& quantified);
    void write_tail(const ast::Subscript& subscript);
    void write_tail(const ast::FieldAccess& access);
    void write_tail(const ast::Collate& collate);
    void write_tail(const ast::AtTimeZone& at);

    // sql_writer_window.cpp
    void write_order_items(const std::vector<ast::OrderItem>& items);
    void write_window(const ast::WindowSpecification& window);
    void write_frame(const ast::WindowFrame& frame);
    void write_frame_bound(const ast::FrameBound& bound);

    // sql_writer_query.cpp
    void write_common_table(const ast::CommonTableExpression& table);
    void write_body(const ast::QueryBody& body);
    void write_body_in_parentheses(const ast::QueryBody& body);
    void write_simple_body(const ast::QueryBody& body);
    void write_select(const ast::Select& select);
    void write_select_items(const ast::Select& select);
    void write_values(const ast::Values& values);
    void write_grouping(const ast::GroupingElement& element);
    void write_nested_query(const ast::Query& query);
    /// A clause begins: on a line of its own at the top of a statement for people to read, else after a space.
    void begin_clause(std::string_view keyword);

    // sql_writer_table.cpp
    void write_table(const ast::TableReference& table);
    void write_simple_table(const ast::TableReference& table);
    void write_join_tail(const ast::Join& join, bool explicit_cross);
    void write_table_suffix(const ast::TableReference& table);

    SqlDialect dialect_;
    const SqlWriterOptions& options_;
    WrittenSql result_;
    SourceSpan origin_;            ///< Of text without a span of its own.
    std::size_t query_depth_ = 0;  ///< Queries around the one being written.
};

class SqlWriterPass::OriginScope {
public:
    OriginScope(SqlWriterPass& pass, SourceSpan span) : pass_(pass), outer_(pass.origin_) {
        if (!span.empty()) pass_.origin_ = span;
    }
    ~OriginScope() { pass_.origin_ = outer_; }
    OriginScope(const OriginScope&) = delete;
    OriginScope& operator=(const OriginScope&) = delete;

private:
    SqlWriterPass& pass_;
    SourceSpan outer_;
};

}  // namespace laminar
