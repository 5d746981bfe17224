#include "runtime/plan/stream/exact_frames.h"

#include "parser/ast/builders.h"
#include "runtime/engine/functions/average.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/expressions/operator_rows.h"

namespace laminar {

namespace {

/// Up to here the engine adds the rows of a frame up one after the other.
constexpr std::uint64_t rows_added_one_by_one = 16;

/// It may have more rows than that: the engine then adds up blocks first, which begin elsewhere when rows before the
/// frame have been forgotten.
bool is_added_in_blocks(const ast::WindowSpecification& over) {
    if (!over.frame || over.frame->unit != ast::WindowFrame::Unit::rows) return true;
    std::uint64_t rows = 1;
    for (const ast::FrameBound* bound : {&over.frame->begin, over.frame->end ? &*over.frame->end : nullptr}) {
        if (!bound || !bound->offset) continue;
        const auto offset = constant_number(*bound->offset);
        if (!offset) return true;
        rows += *offset;
    }
    return rows > rows_added_one_by_one;
}

/// Whether the frame is the whole partition.
bool is_whole_partition(const ast::WindowSpecification& over) {
    using Kind = ast::FrameBound::Kind;
    if (!over.frame) return over.order_by.empty();
    return over.frame->begin.kind == Kind::unbounded_preceding && over.frame->end &&
           over.frame->end->kind == Kind::unbounded_following;
}

/// The same frame by numbers of rows that no partition has. Where a frame says that it is the whole partition, DuckDB
/// 1.4 calls aggregates of ours with a constant vector of states, of which its C API passes on the first alone.
ast::WindowFrame whole_partition_by_numbers(const ast::WindowSpecification& over) {
    constexpr std::uint64_t more_than_there_are = 1'000'000'000'000;
    const auto bound = [](ast::FrameBound::Kind kind) {
        ast::FrameBound made;
        made.kind = kind;
        made.offset = make_number(more_than_there_are);
        return made;
    };
    ast::WindowFrame frame;
    frame.begin = bound(ast::FrameBound::Kind::preceding);
    frame.end = bound(ast::FrameBound::Kind::following);
    if (over.frame) frame.exclusion = over.frame->exclusion;
    return frame;
}

}  // namespace

void sum_up_frames_exactly(ast::Select& output, const std::vector<OutputColumn>& values,
                           const RelationColumns& columns) {
    for_each_result_expression(output, [&](ast::Expression& expression) {
        replace_expressions(expression, [&](ast::Expression& each) {
            auto* call = std::get_if<ast::FunctionCall>(&each.node);
            const std::string name = called_function(each);
            if (!call || !call->over || (name != "sum" && name != "avg" && name != "mean") || call->distinct ||
                call->arguments.size() != 1 || !is_added_in_blocks(*call->over))
                return false;
            ast::Select typed;
            typed.items.push_back(make_item(call->arguments.front().value, "value"));
            typed.from = make_scan(operator_rows_scan, operator_rows_alias);
            const TypeId type = columns.over_rows(make_query(std::move(typed)), values).front().type.id;
            if (type != TypeId::float32 && type != TypeId::float64 && type != TypeId::uhugeint) return false;
            const auto same_call = [&](std::string_view function, ast::Expression argument) {
                ast::FunctionCall other = *call;
                other.name.parts = {make_identifier(function, call->name.span)};
                other.arguments.front().value = std::move(argument);
                if (is_whole_partition(*other.over)) other.over->frame = whole_partition_by_numbers(*other.over);
                return ast::Expression{each.span, std::move(other)};
            };
            const ast::Expression argument = call->arguments.front().value;
            ast::Expression sum = make_call(
                exact_value_function, {same_call(exact_sum_function, make_cast(argument, "DOUBLE", {}))}, each.span);
            if (name != "sum")
                sum = ast::Expression{each.span,
                                      ast::Parenthesized{make_binary(
                                          std::move(sum), ast::OperatorKind::divide,
                                          make_call("nullif", {same_call("count", argument), make_number(0)}, {}))}};
            each = std::move(sum);
            return true;
        });
    });
}

}  // namespace laminar
