#include "runtime/flow/rows/completed_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/objects/table_columns.h"
#include "parser/ast/visit.h"
#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

namespace {

bool names_column(const ast::Expression& expression, std::string_view name) {
    bool found = false;
    ast::visit_expressions(expression, [&](const ast::Expression& each) {
        const auto* reference = std::get_if<ast::ColumnReference>(&each.node);
        found = found || (reference != nullptr && equals_ignoring_case(reference->parts.front().text, name));
    });
    return found;
}

/// Metadata that computed columns name, under the names by which they do.
std::string named_metadata(const TableObject& table, const BatchSchema& schema) {
    std::string items;
    for (const MetadataField field : table.metadata) {
        if (find_column(table.columns, field->name) != nullptr) continue;
        const bool is_named = std::any_of(table.columns.begin(), table.columns.end(), [&](const ColumnObject& column) {
            return column.computed && names_column(*column.computed, field->name);
        });
        if (is_named) items += fmt::format(", {} AS {}", metadata_sql(field, schema), quote_identifier(field->name));
    }
    return items;
}

}  // namespace

std::string completed_rows_sql(const TableObject& table, const BatchSchema& schema, const std::string& rows_sql) {
    const std::vector<BatchColumn>& columns = schema.columns;
    if (std::none_of(columns.begin(), columns.end(),
                     [](const BatchColumn& column) { return column.tracks_presence || column.is_computed; }))
        return {};
    std::string given;
    std::string all;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const BatchColumn& column = columns[index];
        const std::string name = quote_identifier(column.name);
        all += (all.empty() ? "" : ", ") + name;
        if (column.is_computed) continue;
        if (!given.empty()) given += ", ";
        if (column.tracks_presence)
            given += fmt::format("CASE WHEN {} THEN {} ELSE CAST(({}) AS {}) END AS {}",
                                 quote_identifier("__present_" + column.name), name,
                                 write_expression(*table.columns[index].default_value).text, to_sql(column.type), name);
        else
            given += name;
    }
    std::string rows = fmt::format("SELECT {}{} FROM {}", given, named_metadata(table, schema), rows_sql);
    // One upon the other: a computed column may name those before it.
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const BatchColumn& column = columns[index];
        if (column.is_computed)
            rows = fmt::format("SELECT *, CAST(({}) AS {}) AS {} FROM ({})",
                               write_expression(*table.columns[index].computed).text, to_sql(column.type),
                               quote_identifier(column.name), rows);
    }
    return fmt::format("SELECT {} FROM ({})", all, rows);
}

}  // namespace laminar
