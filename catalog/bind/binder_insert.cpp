#include <fmt/format.h>

#include <algorithm>

#include "catalog/bind/binding_context.h"
#include "catalog/bind/insert_values.h"
#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "catalog/query/query_binder.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

/// Where the index-th column of a query stands: its select item, or the whole query.
SourceSpan column_span(const ast::Query& query, std::size_t index, std::size_t count) {
    const auto* select = std::get_if<ast::Select>(&query.body.node);
    // With a star, items and columns do not correspond.
    if (select != nullptr && select->items.size() == count) return select->items[index].value.span;
    const auto* values = std::get_if<ast::Values>(&query.body.node);
    if (values != nullptr && !values->rows.empty() && values->rows.front().size() == count)
        return values->rows.front()[index].span;
    return query.span;
}

const ast::TypeName* written_type(const TableObject& table, std::string_view name) {
    const auto* create = std::get_if<ast::CreateTable>(&table.statement.node);
    if (create == nullptr) return nullptr;
    for (const ast::ColumnDefinition& column : create->columns) {
        if (column.name.text == name) return &column.type;
    }
    return nullptr;
}

/// The columns that values go to; false after reporting.
bool collect_columns(const BindingContext& context, const TableObject& sink, const std::vector<ast::Identifier>& listed,
                     std::vector<InsertTarget>& result) {
    bool good = true;
    for (std::size_t i = 0; i < listed.size(); ++i) {
        const ColumnObject* found = find_column(sink.columns, listed[i].text);
        if (found == nullptr) {
            std::vector<std::string> names;
            for (const ColumnObject& column : sink.columns) names.push_back(column.name);
            context.error(DiagnosticCode::unknown_column, listed[i].span,
                          fmt::format("table \"{}\" has no column \"{}\"", sink.name, listed[i].text),
                          did_you_mean(listed[i].text, names));
            good = false;
            continue;
        }
        if (found->computed) {
            context.error(
                DiagnosticCode::invalid_definition, listed[i].span,
                fmt::format("column \"{}\" of table \"{}\" is computed: it takes no value", found->name, sink.name),
                "leave it out");
            good = false;
        }
        const bool repeated =
            std::any_of(result.begin(), result.end(), [&](const InsertTarget& other) { return other.column == found; });
        if (repeated) {
            context.error(DiagnosticCode::duplicate_column, listed[i].span,
                          fmt::format("column \"{}\" is listed twice", listed[i].text));
            good = false;
        }
        result.push_back({found, written_type(sink, found->name)});
    }
    if (listed.empty()) {
        for (const ColumnObject& column : sink.columns) {
            if (!column.computed) result.push_back({&column, written_type(sink, column.name)});
        }
    }
    return good;
}

bool is_structured(const ColumnType& type) { return type.is_nested() && type.id != TypeId::union_; }

/// One of them has parts and the other has none: the engine says so only when a row is there.
bool is_cast_of_parts(const ColumnType& from, const ColumnType& to) {
    if (is_structured(from) == is_structured(to)) return false;
    const TypeId whole = is_structured(from) ? to.id : from.id;
    return whole != TypeId::varchar && whole != TypeId::json && whole != TypeId::union_ && whole != TypeId::unknown;
}

/// For the columns of a window: w.start.
std::string part_hint(const ColumnType& type) {
    if (type.id != TypeId::structure || type.fields.empty()) return {};
    return fmt::format("choose a part of it, such as its field \"{}\"", type.fields.front().name);
}

/// Values are cast to the column's type; those that never can be are an error now.
bool check_castable(const BindingContext& context, const InsertTarget& target, const OutputColumn& value,
                    SourceSpan span) {
    if (value.type.id == TypeId::unknown || target.written_type == nullptr || value.type == target.column->type)
        return true;
    const ast::Identifier name{"value", true, span};
    ast::Cast cast;
    cast.operand = ast::Expression{span, ast::ColumnReference{{name}}};
    cast.type = *target.written_type;
    Diagnostics findings(context.source);
    static_cast<void>(context.checker.check_expression({span, std::move(cast)}, {{"value", value.type}}, findings));
    if (!findings.has_errors() && !is_cast_of_parts(value.type, target.column->type)) return true;
    context.error(
        DiagnosticCode::query_type_error, span,
        fmt::format("\"{}\" is {}, which cannot be stored in column \"{}\" of type {}", shown_column_name(value.name),
                    to_sql(value.type), target.column->name, to_sql(target.column->type)),
        part_hint(value.type));
    return false;
}

void warn_of_order(const BindingContext& context, const std::vector<InsertTarget>& targets, const BoundQuery& query,
                   SourceSpan span) {
    bool same_order = true;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const bool here = equals_ignoring_case(targets[i].column->name, shown_column_name(query.columns[i].name));
        same_order = same_order && here;
        const bool anywhere = std::any_of(query.columns.begin(), query.columns.end(), [&](const OutputColumn& column) {
            return equals_ignoring_case(shown_column_name(column.name), targets[i].column->name);
        });
        if (!anywhere) return;
    }
    if (same_order) return;
    std::string names;
    for (const OutputColumn& column : query.columns)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", shown_column_name(column.name));
    context.diagnostics.warning(DiagnosticCode::columns_in_other_order, span,
                                "values go to columns by position, and these have the same names in another order",
                                fmt::format("list the columns: ({})", names));
}

}  // namespace

const TableObject* find_sink(const BindingContext& context, const ast::Identifier& name) {
    const CatalogObject* object = context.catalog.find(name.text);
    if (const auto* connection = object != nullptr ? std::get_if<ConnectionObject>(object) : nullptr) {
        context.error(
            DiagnosticCode::not_a_sink, name.span,
            fmt::format("\"{}\" is a connection; rows are written to a table that is bound to it", connection->name),
            fmt::format("CREATE TABLE {}_out WITH (connector = '{}')", connection->name, connection->name));
        return nullptr;
    }
    object = find_object(context, name, {ast::ObjectKind::table});
    if (object == nullptr) return nullptr;
    const auto& table = std::get<TableObject>(*object);
    if (table.is_stored()) return &table;
    if (table.options.stream != TableStream::messages) {
        context.error(DiagnosticCode::not_a_sink, name.span,
                      fmt::format("table \"{}\" shows the errors or events of a connection and cannot be written to",
                                  table.name));
        return nullptr;
    }
    const auto* connection = context.catalog.find_as<ConnectionObject>(table.options.connector);
    if (connection == nullptr || can_write(*connection)) return &table;
    context.error(DiagnosticCode::not_a_sink, name.span,
                  fmt::format("table \"{}\" cannot be written to: its connection \"{}\" ({}) only delivers rows",
                              table.name, connection->name, connection->connector->name),
                  connection->connector->is_sink
                      ? fmt::format("set {} = 'sink' on the connection", connection->connector->role_option)
                      : std::string());
    return nullptr;
}

const TableObject* find_sink_of_columns(const BindingContext& context, const ast::Identifier& name,
                                        const std::vector<ast::Identifier>& columns) {
    const TableObject* sink = find_sink(context, name);
    if (sink == nullptr) return nullptr;
    if (sink->columns.empty() && !sink->is_stored()) {
        context.error(DiagnosticCode::unknown_column, name.span,
                      fmt::format("table \"{}\" has no columns of its own: it takes those of a query, and here is none",
                                  sink->name),
                      fmt::format("declare its columns: CREATE OR REPLACE TABLE {} (...) WITH (...)", sink->name));
        return nullptr;
    }
    std::vector<InsertTarget> targets;
    return collect_columns(context, *sink, columns, targets) ? sink : nullptr;
}

bool check_sink_columns(const BindingContext& context, const TableObject& sink,
                        const std::vector<ast::Identifier>& listed, SourceSpan span, const BoundQuery& query,
                        const ast::Query& written) {
    if (sink.columns.empty() && !sink.is_stored()) {
        if (listed.empty()) return true;  // It takes the columns of the query.
        context.error(DiagnosticCode::unknown_column, listed.front().span,
                      fmt::format("table \"{}\" has no columns of its own: it takes those of the query", sink.name),
                      "name them in the query with AS");
        return false;
    }
    std::vector<InsertTarget> targets;
    if (!collect_columns(context, sink, listed, targets)) return false;
    const bool open = std::any_of(query.columns.begin(), query.columns.end(),
                                  [](const OutputColumn& column) { return column.name == open_fields_column; });
    if (open) {
        context.error(DiagnosticCode::column_count_mismatch, written.span,
                      fmt::format("the columns of * are known only when messages arrive, but table \"{}\" has {}",
                                  sink.name, targets.size()),
                      "list the fields in the query");
        return false;
    }
    if (targets.size() != query.columns.size()) {
        context.error(DiagnosticCode::column_count_mismatch,
                      listed.empty() ? span : cover(listed.front().span, listed.back().span),
                      fmt::format("table \"{}\" takes {} value{} here, but the query has {}", sink.name, targets.size(),
                                  targets.size() == 1 ? "" : "s", query.columns.size()),
                      listed.empty() && query.columns.size() < targets.size()
                          ? fmt::format("list the columns to fill: INSERT INTO {} (a, b) ...", sink.name)
                          : std::string());
        return false;
    }
    bool good = true;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        // The engine calls the type of a bare NULL INTEGER.
        if (is_written_null(written, i, targets.size())) continue;
        const SourceSpan value = column_span(written, i, targets.size());
        good = check_castable(context, targets[i], query.columns[i], value) && good;
    }
    if (good && listed.empty()) warn_of_order(context, targets, query, span);
    return good;
}

std::optional<BoundStatementNode> bind_insert(const BindingContext& context, const ast::Insert& insert) {
    const TableObject* sink = find_sink(context, insert.table);
    ast::Query written = *insert.query;
    if (sink != nullptr) {
        // What is wrong with the list is told when the columns of the query are known.
        Diagnostics findings(context.source);
        const BindingContext quiet{context.catalog, context.registry, context.checker,
                                   findings,        context.source,   context.statement};
        std::vector<InsertTarget> targets;
        if (!collect_columns(quiet, *sink, insert.columns, targets)) targets.clear();
        written = values_for_columns(written, targets);
    }
    std::optional<BoundQuery> query =
        QueryBinder(context.catalog, context.registry, context.checker, context.diagnostics)
            .bind(context.source, written);
    if (sink == nullptr || !query) return std::nullopt;
    if (!check_sink_columns(context, *sink, insert.columns, insert.table.span, *query, written)) return std::nullopt;
    const QueryInput* retained = nullptr;
    for (const QueryInput& input : query->inputs) {
        if (input.kind == InputKind::stream_table && retained == nullptr) retained = &input;
        if (input.kind != InputKind::connection && input.kind != InputKind::pipeline) continue;
        context.error(DiagnosticCode::unsupported_on_stream, input.span,
                      fmt::format("\"{}\" is an unbounded stream: INSERT would never end", input.object),
                      fmt::format("use CREATE PIPELINE name AS INSERT INTO {} SELECT ...", sink->name));
    }
    if (retained != nullptr) {
        context.diagnostics.warning(
            DiagnosticCode::insert_copies_once, retained->span,
            fmt::format(
                "INSERT copies the rows that \"{}\" retains at this moment, once: those that come later are not "
                "among them",
                retained->object),
            fmt::format("for every row as it comes: CREATE PIPELINE name AS INSERT INTO {} SELECT ...", sink->name));
    }
    BoundInsert bound;
    bound.table = sink->name;
    for (const ast::Identifier& column : insert.columns) bound.columns.push_back(column.text);
    bound.query = std::move(*query);
    return bound;
}

}  // namespace laminar
