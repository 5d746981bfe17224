// What a window of a plan is in Flink.
#include "runtime/plan/flink/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/text/ascii.h"
#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/block.h"
#include "runtime/plan/flink/values/identifiers.h"

namespace laminar::flink {

namespace {

using std::chrono::milliseconds;

ColumnType window_type() {
    ColumnType type(TypeId::structure);
    type.fields = {{"start", TypeId::timestamp_ms}, {"end", TypeId::timestamp_ms}};
    return type;
}

/// The structure whose field an expression is, and the name of the field.
std::optional<std::pair<const ast::Expression*, std::string>> field_in(const ast::Expression& expression) {
    if (const auto* access = std::get_if<ast::FieldAccess>(&expression.node))
        return std::pair(&without_parentheses(*access->operand), fold_case(access->field.text));
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    if (!call || called_function(expression) != "struct_extract" || call->arguments.size() != 2) return std::nullopt;
    const auto name = literal_text(call->arguments[1].value);
    if (!name) return std::nullopt;
    return std::pair(&without_parentheses(call->arguments[0].value), fold_case(*name));
}

bool is_window_reference(const ast::Expression& expression) {
    const auto* reference = std::get_if<ast::ColumnReference>(&expression.node);
    return reference && !reference->parts.empty() && reference->parts.back().text == window_column;
}

std::optional<milliseconds> bucket_of(const ast::Expression& expression) {
    const auto* call = std::get_if<ast::FunctionCall>(&expression.node);
    if (!call || called_function(expression) != "date_trunc" || call->arguments.size() != 2) return std::nullopt;
    const auto unit = literal_text(call->arguments[0].value);
    for (const auto& [name, length] : {std::pair("second", 1'000), std::pair("minute", 60'000),
                                       std::pair("hour", 3'600'000), std::pair("day", 86'400'000)}) {
        if (unit && equals_ignoring_case(*unit, name)) return milliseconds(length);
    }
    return std::nullopt;
}

}  // namespace

milliseconds whole_milliseconds(std::optional<std::chrono::microseconds> length, SourceSpan span,
                                const Findings& findings) {
    if (!length || length->count() % 1000 != 0 || length->count() <= 0)
        findings.refuse(span, "windows of Flink are as long as a whole number of milliseconds, and not of months",
                        "INTERVAL '1 minute', '1 hour' and '1 day' have an equal");
    return std::chrono::duration_cast<milliseconds>(*length);
}

std::string interval_of(milliseconds length) { return *interval_literal(std::chrono::microseconds(length)); }

/// Whether a grouping key says nothing beside the window.
bool is_of_window(const ast::Expression& group, const ast::Expression& base) {
    const ast::Expression& each = without_parentheses(group);
    const auto is_base = [&](const ast::Expression& other) {
        return ast::same_structure(other, base) || is_window_reference(other);
    };
    const auto field = field_in(each);
    return is_base(each) || (field && is_base(*field->first));
}

std::vector<std::string> shown_windows(const ast::Select& block, const std::vector<Column>& columns,
                                       const ast::Expression& base) {
    std::vector<std::string> shown;
    for (std::size_t index = 0; index < block.items.size(); ++index) {
        const auto field = field_in(without_parentheses(block.items[index].value));
        if (is_of_window(block.items[index].value, base) && !(field && field->second == "end"))
            shown.push_back(columns[index].name);
    }
    return shown;
}

std::optional<Written> FlinkLowering::Window::written(const ast::Expression& expression) const {
    const ast::Expression& each = without_parentheses(expression);
    const auto is_base = [&](const ast::Expression& other) {
        return ast::same_structure(other, base) || is_window_reference(other);
    };
    const auto* own = std::get_if<ast::TimeWindow>(&each.node);
    const bool is_start = own && own->part == ast::TimeWindow::Part::start;
    if (is_base(each)) {
        const bool is_structure =
            std::holds_alternative<ast::TimeWindow>(each.node) ? !is_start : is_window_reference(each);
        if (!is_structure) return Written{start, TypeId::timestamp_ms};
        return Written{fmt::format("CAST(ROW({}, {}) AS ROW<`start` TIMESTAMP(3), `end` TIMESTAMP(3)>)", start, end),
                       window_type()};
    }
    const auto field = field_in(each);
    if (!field || !is_base(*field->first)) return std::nullopt;
    return Written{field->second == "end" ? end : start, TypeId::timestamp_ms};
}

FlinkLowering::Window FlinkLowering::find_window(const ast::Expression& expression, Block& block) {
    Window window;
    const ast::Expression* call = &without_parentheses(expression);
    if (const auto field = field_in(*call); field && std::holds_alternative<ast::TimeWindow>(field->first->node))
        call = field->first;
    window.base = *call;
    const Relation& input = block.inputs.front();
    const auto* own = std::get_if<ast::TimeWindow>(&call->node);
    const auto bucket = bucket_of(*call);
    const ast::Expression* time = own      ? &*own->time
                                  : bucket ? &std::get<ast::FunctionCall>(call->node).arguments[1].value
                                           : call;
    const Column* column = block.scope.plain_column(*time);
    const auto is_shown = [&](const Column* each) {
        return each && input.window &&
               std::find(input.window->shown.begin(), input.window->shown.end(), each->name) !=
                   input.window->shown.end();
    };
    if (!own && !bucket) {
        const auto field = field_in(*call);
        if (!is_shown(column) && !(field && is_shown(block.scope.plain_column(*field->first))))
            findings_.refuse(expression.span, "Flink groups by windows of an event time, not by the time itself",
                             "write TUMBLE(ts, INTERVAL '1 minute')");
        // These rows are of a window already, and are grouped by it once more.
        window.size = input.window->size;
        window.start = quoted_name(window_start_column);
        window.end = quoted_name(window_end_column);
        window.time = quoted_name(window_time_column);
        return window;
    }
    const milliseconds size =
        bucket ? *bucket : whole_milliseconds(engine_.length_of(*own->size), own->size->span, findings_);
    std::string descriptor;
    if (column && column->is_time) {
        descriptor = quoted_name(column->name);
    } else if (is_shown(column) && size.count() % input.window->size.count() == 0 && !(own && own->offset)) {
        // A window lies within the larger one if its last millisecond does.
        descriptor = quoted_name(window_time_column);
    } else {
        findings_.refuse(
            time->span.empty() ? expression.span : time->span,
            "Flink has windows of an event time as the table declares it, and of windows that fit into them",
            "declare WATERMARK FOR the column, and group by it as it is");
    }
    for (const char* name : {"window_start", "window_end", "window_time"}) {
        if (input.find(name))
            findings_.refuse(expression.span, fmt::format("a column is called \"{}\", as Flink calls its own", name),
                             "rename it with AS");
    }
    const std::string of = fmt::format("TABLE {}, DESCRIPTOR({})", quoted_name(input.name), descriptor);
    window.size = size;
    window.start = "`window_start`";
    window.end = "`window_end`";
    window.time = "`window_time`";
    if (own && own->kind == ast::TimeWindow::Kind::hop) {
        const milliseconds slide = whole_milliseconds(engine_.length_of(*own->slide), own->slide->span, findings_);
        if (size.count() % slide.count() != 0)
            findings_.refuse(expression.span,
                             "the size of a hopping window has to be a multiple of its slide in Flink");
        window.table = fmt::format("TABLE(HOP({}, {}, {}))", of, interval_of(slide), interval_of(size));
        window.size = slide;
    } else if (own && own->offset) {
        const milliseconds offset = whole_milliseconds(engine_.length_of(*own->offset), own->offset->span, findings_);
        window.table = fmt::format("TABLE(TUMBLE({}, {}, {}))", of, interval_of(size), interval_of(offset));
        // No window without an offset fits.
        window.has_columns = false;
    } else {
        window.table = fmt::format("TABLE(TUMBLE({}, {}))", of, interval_of(size));
    }
    if (own && own->kind == ast::TimeWindow::Kind::hop) window.has_columns = false;
    return window;
}

}  // namespace laminar::flink
