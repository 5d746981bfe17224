#include "runtime/plan/expressions/written_query.h"

#include <utility>
#include <vector>

#include "parser/ast/builders.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"

namespace laminar {

namespace {

constexpr std::string_view prefix_of_our_own = "__";

ast::Expression written_call(const ast::TimeWindow& window, SourceSpan span) {
    using Kind = ast::TimeWindow::Kind;
    std::string name = window.kind == Kind::tumble ? "TUMBLE" : window.kind == Kind::hop ? "HOP" : "SESSION";
    if (window.part == ast::TimeWindow::Part::start) name += "_START";
    std::vector<ast::Expression> arguments;
    for (const ast::ExpressionBox* part : {&window.time, &window.slide, &window.size, &window.offset}) {
        if (*part) arguments.push_back(**part);
    }
    return make_call(name, std::move(arguments), span);
}

/// The field that struct_extract takes; null for anything else.
const ast::Literal* extracted_field(const ast::FunctionCall& call) {
    const bool extracts =
        call.arguments.size() == 2 && equals_ignoring_case(call.name.parts.back().text, "struct_extract");
    return extracts ? std::get_if<ast::Literal>(&call.arguments.back().value.node) : nullptr;
}

bool is_of_our_own(const ast::Identifier& name) { return name.text.starts_with(prefix_of_our_own); }

void show_body(ast::QueryBody& body) {
    if (auto* operation = std::get_if<ast::SetOperation>(&body.node)) {
        show_body(*operation->left);
        show_body(*operation->right);
    }
    auto* select = std::get_if<ast::Select>(&body.node);
    if (!select) return;
    for (ast::SelectItem& item : select->items) {
        if (!item.alias) continue;
        item.alias->quoted = false;
        const auto* reference = std::get_if<ast::ColumnReference>(&item.value.node);
        if (reference && reference->parts.back().text == item.alias->text) item.alias.reset();
    }
}

void show_table(ast::TableReference& table) {
    ast::for_each_child_of_table(
        table, [](ast::Expression& expression) { show_as_written(expression); },
        [](ast::Query& query) { show_as_written(query); }, [](ast::TableReference& child) { show_table(child); });
    if (table.alias && is_of_our_own(table.alias->name)) table.alias.reset();
}

}  // namespace

void show_as_written(ast::Expression& expression) {
    ast::for_each_child_of_expression(
        expression, [](ast::Expression& child) { show_as_written(child); },
        [](ast::Query& query) { show_as_written(query); });
    if (auto* reference = std::get_if<ast::ColumnReference>(&expression.node)) {
        if (reference->parts.size() > 1 && is_of_our_own(reference->parts.front()))
            reference->parts.erase(reference->parts.begin());
    } else if (auto* call = std::get_if<ast::FunctionCall>(&expression.node)) {
        const ast::Literal* field = extracted_field(*call);
        auto* of = field ? std::get_if<ast::ColumnReference>(&call->arguments.front().value.node) : nullptr;
        if (!of) return;
        ast::ColumnReference whole = *of;
        whole.parts.push_back(make_identifier(field->text, expression.span));
        expression.node = std::move(whole);
    } else if (const auto* window = std::get_if<ast::TimeWindow>(&expression.node)) {
        ast::Expression written = written_call(*window, expression.span);
        expression = std::move(written);
    } else if (const auto* time = std::get_if<ast::PresentTime>(&expression.node)) {
        const bool is_date = time->kind == ast::PresentTime::Kind::date;
        expression = make_call(is_date ? "current_date" : "now", {}, expression.span);
    } else if (const auto* acknowledge = std::get_if<ast::Acknowledge>(&expression.node)) {
        ast::Expression written = make_call("acknowledge_message", {*acknowledge->message_id}, expression.span);
        expression = std::move(written);
    }
}

void show_as_written(ast::Query& query) {
    ast::for_each_child_of_query(
        query, [](ast::Expression& expression) { show_as_written(expression); },
        [](ast::Query& nested) { show_as_written(nested); }, [](ast::TableReference& table) { show_table(table); });
    show_body(query.body);
}

}  // namespace laminar
