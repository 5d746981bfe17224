#include "catalog/bind/table_column_binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/objects/table_columns.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

class ColumnCompletion {
public:
    ColumnCompletion(const BindingContext& context, const ast::CreateTable& create, const ConnectionObject* connection,
                     bool bound_to_connection, TableObject& table)
        : context_(context),
          create_(create),
          connection_(connection),
          bound_to_connection_(bound_to_connection),
          table_(table) {}

    void complete() {
        if (!bound_to_connection_) {
            if (table_.columns.empty() && !create_.as_query)
                context_.error(DiagnosticCode::invalid_definition, create_.name.span,
                               fmt::format("table \"{}\" has neither columns nor a connector", create_.name.text),
                               "declare its columns, or bind it: WITH (connector = '...')");
            return;
        }
        if (connection_ == nullptr) return;
        const std::vector<ConnectorDescriptor::Column>& fixed = connection_->connector->fixed_columns;
        if (table_.options.stream != TableStream::messages)
            complete_record_columns();
        else if (table_.columns.empty() && !fixed.empty())
            take_fixed_columns(fixed);
        else if (!fixed.empty())
            check_fixed_columns(fixed);
        else if (table_.columns.empty() && !can_write(*connection_))
            context_.error(DiagnosticCode::invalid_definition, create_.name.span,
                           fmt::format("table \"{}\" needs columns to be read", create_.name.text));
        else
            assign_payload_columns();
    }

private:
    void take_fixed_columns(const std::vector<ConnectorDescriptor::Column>& fixed) {
        for (const ConnectorDescriptor::Column& each : fixed) {
            ColumnObject column;
            column.name = std::string(each.name);
            column.type = each.type;
            table_.columns.push_back(std::move(column));
        }
    }

    void check_fixed_columns(const std::vector<ConnectorDescriptor::Column>& fixed) {
        assign_metadata(table_.columns, PayloadShape::fields, *connection_, context_.registry);
        std::vector<std::string> names;
        for (const ConnectorDescriptor::Column& column : fixed) names.emplace_back(column.name);
        for (const ColumnObject& column : table_.columns) {
            const std::string& field = column.json_path.size() == 1 ? column.json_path.front() : column.name;
            const bool known = std::any_of(names.begin(), names.end(),
                                           [&](const std::string& name) { return equals_ignoring_case(name, field); });
            if (known || column.metadata || column.default_value || column.computed) continue;
            std::string hint = did_you_mean(field, names);
            if (hint.empty()) hint = fmt::format("its fields are {}", list_names(names));
            context_.error(DiagnosticCode::unknown_column, column_span(column.name),
                           fmt::format("connector \"{}\" has no field \"{}\"", connection_->connector->name, field),
                           std::move(hint));
        }
    }

    /// Errors and dead letters are JSON records whatever the connection carries.
    void complete_record_columns() {
        if (table_.columns.empty())
            context_.error(DiagnosticCode::invalid_definition, create_.name.span,
                           fmt::format("table \"{}\" needs columns to show errors", create_.name.text),
                           "for example error_type TEXT, error_message TEXT, failed_message TEXT, timestamp TIMESTAMP");
        assign_metadata(table_.columns, PayloadShape::record, *connection_, context_.registry);
    }

    void assign_payload_columns() {
        const PayloadShape shape = payload_shape(*connection_);
        assign_metadata(table_.columns, shape, *connection_, context_.registry);
        if (table_.only_sends()) return;
        if (const ColumnObject* session = find_unfit_routing_column(table_.columns, *connection_)) {
            context_.error(DiagnosticCode::invalid_definition, column_span(session->name),
                           fmt::format("column \"{}\" is the number of a session, which is a BIGINT, not {}",
                                       session->name, to_sql(session->type)),
                           "make it BIGINT; a field of that name is taken by another column WITH (json_path = '...')");
        }
        if (shape == PayloadShape::fields || !can_read(*connection_)) return;
        const bool takes_payload =
            std::any_of(table_.columns.begin(), table_.columns.end(), [](const ColumnObject& column) {
                return column.metadata == MetadataField::message || column.metadata == MetadataField::data;
            });
        for (ColumnObject& column : table_.columns) {
            const bool payload_as_json =
                !takes_payload && shape == PayloadShape::text && column.type.id == TypeId::json;
            column.never_filled = !column.metadata && !column.default_value && !column.computed && !payload_as_json;
        }
    }

    SourceSpan column_span(std::string_view name) const {
        for (const ast::ColumnDefinition& column : create_.columns) {
            if (column.name.text == name) return column.name.span;
        }
        return create_.name.span;
    }

    const BindingContext& context_;
    const ast::CreateTable& create_;
    const ConnectionObject* connection_;
    bool bound_to_connection_;
    TableObject& table_;
};

}  // namespace

ColumnObject* require_column(const BindingContext& context, TableObject& table, std::string_view name,
                             SourceSpan span) {
    if (const ColumnObject* column = find_column(table.columns, name)) return const_cast<ColumnObject*>(column);
    std::vector<std::string> names;
    for (const ColumnObject& column : table.columns) names.push_back(column.name);
    context.error(DiagnosticCode::unknown_column, span,
                  fmt::format("table \"{}\" has no column \"{}\"", table.name, name), did_you_mean(name, names));
    return nullptr;
}

ColumnObject* require_column(const BindingContext& context, TableObject& table, const ast::Identifier& name) {
    return require_column(context, table, name.text, name.span);
}

void complete_columns(const BindingContext& context, const ast::CreateTable& create, const ConnectionObject* connection,
                      bool bound_to_connection, TableObject& table) {
    ColumnCompletion(context, create, connection, bound_to_connection, table).complete();
}

}  // namespace laminar
