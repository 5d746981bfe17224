#include "runtime/flow/sinks/sink_shape.h"

#include <fmt/format.h>

#include "catalog/objects/table_columns.h"
#include "parser/write/sql_writer.h"

namespace laminar {

std::string key_columns(const TableObject& table) {
    std::string keys;
    for (const std::string& column : table.primary_key) {
        if (!keys.empty()) keys += ", ";
        keys += quote_identifier(engine_name_of(table.columns, column));
    }
    return keys;
}

std::vector<OutputColumn> sink_columns(const TableObject& table, const std::vector<std::string>& columns) {
    std::vector<OutputColumn> result;
    if (columns.empty()) {
        for (const ColumnObject& column : table.columns) {
            if (!column.computed) result.push_back({engine_name_of(table.columns, column.name), column.type});
        }
        return result;
    }
    for (const std::string& name : columns) {
        if (const ColumnObject* found = find_column(table.columns, name))
            result.push_back({engine_name_of(table.columns, found->name), found->type});
    }
    return result;
}

std::string shape_for_sink(const std::string& query_sql, const std::vector<OutputColumn>& columns,
                           const std::vector<std::string>& further_columns) {
    std::string items;
    std::string names;
    for (std::size_t index = 0; index < columns.size(); ++index) {
        const std::string separator = index == 0 ? "" : ", ";
        // The engine tells of a value that does not fit by the name of the column it goes to.
        const std::string name = quote_identifier(columns[index].name);
        names += separator + name;
        items += fmt::format("{0}CAST({1} AS {2}) AS {1}", separator, name, to_sql(columns[index].type));
    }
    for (const std::string& column : further_columns) items += ", " + quote_identifier(column);
    return fmt::format("SELECT {} FROM ({}) AS shaped({})", items, query_sql, names);
}

}  // namespace laminar
