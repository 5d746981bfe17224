#include "runtime/plan/flink/expressions/expressions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/expressions/functions.h"
#include "runtime/plan/flink/values/identifiers.h"
#include "runtime/plan/flink/values/types.h"

namespace laminar::flink {

namespace {

/// Flink's own parser and code generator go down as deep.
constexpr std::size_t deepest = 200;

}  // namespace

class ExpressionWriter::DepthGuard {
public:
    DepthGuard(ExpressionWriter& writer, const ast::Expression& expression) : depth_(writer.depth_) {
        if (++depth_ <= deepest) return;
        --depth_;
        writer.findings_.refuse(expression.span, "expressions are nested more deeply than Flink takes them",
                                "let a pipeline compute a part of it");
    }
    ~DepthGuard() { --depth_; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;

private:
    std::size_t& depth_;
};

ColumnType unite(std::vector<Written>& values, const ColumnType& type, SourceSpan span, const Findings& findings) {
    for (Written& value : values) value = cast(std::move(value), type, CastStyle::strict, span, findings);
    const bool are_alike = std::all_of(values.begin(), values.end(),
                                       [&](const Written& value) { return value.type == values.front().type; });
    // Times of several precisions: the largest holds all.
    if (!are_alike) {
        for (Written& value : values) value = widened(std::move(value), type, span, findings);
    }
    return values.front().type;
}

Written ExpressionWriter::write(const ast::Expression& expression) {
    const DepthGuard guard(*this, expression);
    if (special_) {
        if (auto written = special_(expression)) return std::move(*written);
    }
    return std::visit([&](const auto& node) { return write_node(node, expression); }, expression.node);
}

Written ExpressionWriter::write_as(const ast::Expression& expression, const ColumnType& type) {
    if (const auto text = literal_text(expression); text && (is_timestamp(type.id) || type.id == TypeId::date)) {
        if (auto literal = time_literal(*text, type)) return std::move(*literal);
    }
    return cast(write(expression), type, CastStyle::strict, expression.span, findings_);
}

std::string ExpressionWriter::write_condition(const ast::Expression& expression) {
    Written written = write(expression);
    if (written.type.id == TypeId::unknown) return "CAST(NULL AS BOOLEAN)";
    if (written.type.id != TypeId::boolean)
        findings_.refuse(expression.span, "Flink takes nothing but BOOLEAN for a condition", "compare it: x <> 0");
    return written.text;
}

void ExpressionWriter::refuse_node(const ast::Expression& whole) const {
    const bool is_query = std::holds_alternative<ast::Subquery>(whole.node) ||
                          std::holds_alternative<ast::Exists>(whole.node) ||
                          std::holds_alternative<ast::Quantified>(whole.node);
    if (is_query)
        findings_.refuse_missing(whole.span, "a subquery reads what is stored, which Flink does not have",
                                 "join with a stream, or leave this pipeline to Laminar");
    if (std::holds_alternative<ast::TimeWindow>(whole.node))
        findings_.refuse(whole.span, "Flink has windows for grouping alone, not as values of single rows",
                         "group by the window");
    if (std::holds_alternative<ast::PresentTime>(whole.node))
        findings_.refuse(whole.span,
                         "the present time is another on another machine, and another when rows are read again",
                         "go by the event time of the rows");
    findings_.refuse(whole.span, "this expression has no equal in Flink SQL", "let a pipeline in Laminar compute it");
}

Written ExpressionWriter::write_node(const ast::ColumnReference& reference, const ast::Expression& whole) {
    return scope_.column(reference, whole.span, findings_);
}

Written ExpressionWriter::write_node(const ast::Case& cases, const ast::Expression& whole) {
    std::string text = "(CASE";
    std::vector<Written> results;
    for (const ast::CaseBranch& branch : cases.branches) results.push_back(write(branch.result));
    if (cases.otherwise) results.push_back(write(*cases.otherwise));
    const ColumnType type = unite(results, type_of(whole), whole.span, findings_);
    for (std::size_t index = 0; index < cases.branches.size(); ++index) {
        const ast::Expression& condition = cases.branches[index].condition;
        if (cases.operand) {
            const auto [left, right] = comparable(*cases.operand, condition);
            text += fmt::format(" WHEN {} = {}", left.text, right.text);
        } else {
            text += " WHEN " + write_condition(condition);
        }
        text += " THEN " + results[index].text;
    }
    if (cases.otherwise) text += " ELSE " + results.back().text;
    return {text + " END)", type};
}

Written ExpressionWriter::write_node(const ast::Cast& node, const ast::Expression& whole) {
    const CastStyle style = node.style == ast::Cast::Style::try_cast ? CastStyle::or_null : CastStyle::strict;
    const ColumnType type = type_of(whole);
    if (!type_text(type)) findings_.refuse(whole.span, fmt::format("Flink has no type for {}", to_sql(type)));
    if (const auto text = literal_text(*node.operand)) {
        if (auto literal = time_literal(*text, type)) return std::move(*literal);
    }
    if (type.id == TypeId::json && type_of(*node.operand).id == TypeId::varchar)
        findings_.refuse(whole.span, "Flink has no type for JSON that would look whether a text is some",
                         "declare the column as JSON");
    const bool outer = std::exchange(reads_numbers_, is_number(type.id));
    Written operand = write(*node.operand);
    reads_numbers_ = outer;
    if (operand.type.id == TypeId::json && type.id == TypeId::varchar)
        findings_.warn(whole.span, "JSON as a text is written by Flink with other spaces and numbers",
                       "take single values out of it: payload ->> '$.name'");
    // DuckDB rounds a whole DOUBLE to itself.
    const std::string rounding = called_function(without_parentheses(*node.operand));
    const bool is_rounded = rounding == "round" || rounding == "floor" || rounding == "ceil" || rounding == "ceiling";
    if (operand.type.id == TypeId::float64 && is_whole(type.id) && is_rounded)
        return checked_whole({fmt::format("CAST({} AS DECIMAL(38, 0))", operand.text), TypeId::hugeint}, type, style);
    return cast(std::move(operand), type, style, whole.span, findings_);
}

Written ExpressionWriter::write_node(const ast::In& in, const ast::Expression& whole) {
    if (in.query || in.list || in.values.empty()) refuse_node(whole);
    std::string text;
    for (const ast::Expression& value : in.values) {
        const auto [left, right] = comparable(*in.operand, value);
        text += fmt::format("{}{} = {}", text.empty() ? "" : " OR ", left.text, right.text);
    }
    return {fmt::format("{}({})", in.negated ? "(NOT " : "", text) + (in.negated ? ")" : ""), TypeId::boolean};
}

Written ExpressionWriter::write_node(const ast::Between& between, const ast::Expression&) {
    const auto [above, low] = comparable(*between.operand, *between.low);
    const auto [below, high] = comparable(*between.operand, *between.high);
    const std::string text = fmt::format("({} >= {} AND {} <= {})", above.text, low.text, below.text, high.text);
    return {between.negated ? fmt::format("(NOT {})", text) : text, TypeId::boolean};
}

Written ExpressionWriter::write_node(const ast::Like& like, const ast::Expression& whole) {
    const auto pattern = literal_text(*like.pattern);
    const bool ignores_case = equals_ignoring_case(like.op, "ILIKE");
    if (!ignores_case && !equals_ignoring_case(like.op, "LIKE")) refuse_node(whole);
    if (!pattern || like.escape || pattern->find('\\') != std::string::npos)
        findings_.refuse(whole.span, "a pattern that is no literal, or has an escape, may mean something else in Flink",
                         "write the pattern as a literal without \\");
    Written operand = cast(write(*like.operand), TypeId::varchar, CastStyle::strict, whole.span, findings_);
    std::string text = operand.text;
    std::string written = *pattern;
    if (ignores_case) {
        if (!std::all_of(written.begin(), written.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
            findings_.refuse(whole.span, "which letters outside of ASCII differ in case alone is not the same in both",
                             "compare lower(x) with a text");
        findings_.warn(whole.span,
                       "of some letters outside of ASCII (\xC4\xB0, \xE2\x84\xAA) Flink makes other small ones",
                       "compare with LIKE where the case is known");
        text = fmt::format("LOWER({})", text);
        written = fold_case(written);
    }
    text = fmt::format("({}{} LIKE {})", text, like.negated ? " NOT" : "", quoted_text(written));
    return {text, TypeId::boolean};
}

Written ExpressionWriter::write_node(const ast::Is& is, const ast::Expression& whole) {
    const char* no = is.negated ? "NOT " : "";
    switch (is.test) {
        case ast::Is::Test::null: {
            Written operand = write(*is.operand);
            if (operand.type.id == TypeId::unknown) break;
            return {fmt::format("({} IS {}NULL)", operand.text, no), TypeId::boolean, false};
        }
        case ast::Is::Test::true_value:
            return {fmt::format("({} IS {}TRUE)", write_condition(*is.operand), no), TypeId::boolean, false};
        case ast::Is::Test::false_value:
            return {fmt::format("({} IS {}FALSE)", write_condition(*is.operand), no), TypeId::boolean, false};
        case ast::Is::Test::unknown:
            return {fmt::format("({} IS {}UNKNOWN)", write_condition(*is.operand), no), TypeId::boolean, false};
        case ast::Is::Test::distinct_from: {
            const auto [left, right] = comparable(*is.operand, *is.right);
            return {fmt::format("({} IS {}DISTINCT FROM {})", left.text, no, right.text), TypeId::boolean, false};
        }
    }
    refuse_node(whole);
}

Written ExpressionWriter::write_node(const ast::Subscript& subscript, const ast::Expression& whole) {
    if (subscript.slice) refuse_node(whole);
    Written operand = write(*subscript.operand);
    if (operand.type.id == TypeId::map) {
        const Written key = write_as(*subscript.begin, operand.type.fields.at(0).type);
        return {fmt::format("{}[{}]", operand.text, key.text), operand.type.fields.at(1).type};
    }
    const auto place = constant_number(without_parentheses(*subscript.begin));
    if (operand.type.id != TypeId::list || !place || *place == 0)
        findings_.refuse(whole.span, "Flink takes an element of a list by a place that is a number from 1 on",
                         "write list[1]");
    return {fmt::format("{}[{}]", operand.text, *place), operand.type.fields.at(0).type};
}

Written ExpressionWriter::write_node(const ast::FieldAccess& access, const ast::Expression& whole) {
    return field_of(write(*access.operand), access.field.text, whole);
}

Written ExpressionWriter::field_of(Written structure, std::string_view name, const ast::Expression& whole) const {
    const auto& fields = structure.type.fields;
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const ColumnType::Field& each) {
        return equals_ignoring_case(each.name, name);
    });
    if (structure.type.id != TypeId::structure || field == fields.end()) refuse_node(whole);
    return {fmt::format("({}).{}", structure.text, quoted_name(field->name)), field->type};
}

Written ExpressionWriter::write_node(const ast::Extract& extract, const ast::Expression& whole) {
    // The same as date_part('field', operand).
    ast::FunctionCall call;
    call.name.parts.push_back(make_identifier("date_part", whole.span));
    call.arguments.push_back({{}, make_string(fold_case(extract.field), whole.span)});
    call.arguments.push_back({{}, *extract.operand});
    const ast::Expression as_call{whole.span, std::move(call)};
    return write_node(std::get<ast::FunctionCall>(as_call.node), as_call);
}

Written ExpressionWriter::write_node(const ast::FunctionCall& call, const ast::Expression& whole) {
    const std::string name = call.name.parts.empty() ? std::string() : fold_case(call.name.parts.back().text);
    if (name == "struct_extract" && call.arguments.size() == 2) {
        if (const auto field = literal_text(call.arguments[1].value))
            return field_of(write(call.arguments[0].value), *field, whole);
    }
    if (const FunctionObject* macro = catalog_.find_function(name)) return written_macro(call, *macro, whole);
    const bool is_plain = !call.distinct && call.order_by.empty() && call.within_group.empty() && !call.filter &&
                          !call.over &&
                          std::none_of(call.arguments.begin(), call.arguments.end(),
                                       [](const auto& argument) { return argument.name.has_value(); });
    const Function* function = is_plain ? find_function(name) : nullptr;
    if (!function)
        findings_.refuse(
            whole.span, fmt::format("{} has no equal in Flink", name),
            "docs/cluster.md lists the functions that have one; let a pipeline in Laminar compute the others");
    if (call.arguments.size() < function->least_arguments || call.arguments.size() > function->most_arguments)
        findings_.refuse(whole.span, fmt::format("this form of {} has no equal in Flink", name),
                         fmt::format("one that has: {}", function->example));
    const Call described{*this, call, whole, name, type_of(whole)};
    Written written = function->write(described);
    // Of types that Flink does not have, such as UBIGINT, the values are there all the same.
    if (is_timestamp(described.type.id) || !type_text(described.type)) return written;
    return cast(std::move(written), described.type, CastStyle::strict, whole.span, findings_);
}

Written ExpressionWriter::written_macro(const ast::FunctionCall& call, const FunctionObject& function,
                                        const ast::Expression& whole) {
    if (call.arguments.size() != function.parameters.size())
        findings_.refuse(whole.span, fmt::format("this form of {} has no equal in Flink", function.name));
    ast::Expression body = function.body;
    replace_free_expressions(body, [&](ast::Expression& each, const std::vector<std::string>& bound) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        if (!reference || reference->parts.size() != 1) return false;
        const std::string& name = reference->parts.front().text;
        if (std::any_of(bound.begin(), bound.end(),
                        [&](const std::string& each_bound) { return equals_ignoring_case(each_bound, name); }))
            return false;
        for (std::size_t index = 0; index < function.parameters.size(); ++index) {
            if (!equals_ignoring_case(function.parameters[index], name)) continue;
            each = ast::Expression{whole.span, ast::Parenthesized{call.arguments[index].value}};
            return true;
        }
        return false;
    });
    // Findings are about the call: the body may be of another file.
    ast::visit_expressions(body, [&](ast::Expression& each) { each.span = whole.span; });
    return write(body);
}

std::optional<std::string> ExpressionWriter::write_interval(const ast::Expression& expression, bool& is_negative) {
    auto length = engine_.length_of(expression);
    if (!length) return std::nullopt;
    is_negative = length->count() < 0;
    if (is_negative) length = -*length;
    return interval_literal(*length);
}

}  // namespace laminar::flink
