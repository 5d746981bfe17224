#include "catalog/bind/table_column_binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "catalog/bind/table_options.h"
#include "catalog/objects/message_layout.h"
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

using Steps = std::vector<std::optional<std::string>>;

class LayoutCheck {
public:
    LayoutCheck(const BindingContext& context, const ast::CreateTable& create, const std::vector<ast::Option>& options,
                const TableObject& table, const MessageLayout& layout)
        : context_(context), create_(create), options_(options), table_(table), layout_(layout) {}

    void check() {
        if (table_.only_sends()) return check_sent();
        if (table_.rows) {
            const SourceSpan span = find_table_option(options_, "rows")->value.span;
            if (const auto misfit = layout_.check({table_.rows->steps, false}, nullptr, false)) report(*misfit, span);
        }
        check_conditions();
        for (const ColumnObject& column : table_.columns) check_column(column);
    }

private:
    void check_sent() {
        for (const ColumnObject& column : table_.columns) {
            // By these rows find their way; they are no part of them.
            if (column.never_filled || column.metadata) continue;
            if (const auto misfit = layout_.check_sent(column.name, column.type))
                report(*misfit, definition_of(column).name.span);
        }
    }

    void check_conditions() {
        const ast::Option* accept = find_table_option(options_, "accept");
        const auto* written = accept == nullptr ? nullptr : std::get_if<ast::OptionValue::Object>(&accept->value.node);
        if (written == nullptr) return;
        for (std::size_t index = 0; index < table_.accept.size() && index < written->entries.size(); ++index) {
            const AcceptCondition& condition = table_.accept[index];
            if (condition.metadata) continue;
            const Steps steps(condition.steps.begin(), condition.steps.end());
            if (const auto misfit = layout_.check({steps, false}, nullptr, false))
                report(*misfit, written->entries[index].key.span);
        }
    }

    void check_column(const ColumnObject& column) {
        const bool has_path = !column.json_path.empty() || column.takes_all;
        if (column.computed || (column.metadata && !has_path)) return;
        MessageLayout::Place place;
        if (table_.rows && !column.of_message) place.steps = table_.rows->steps;
        place.steps.insert(place.steps.end(), column.json_path.begin(), column.json_path.end());
        place.is_name = !has_path;
        if (!has_path) place.steps.emplace_back(column.name);
        const auto misfit = layout_.check(place, &column.type, table_.options.coerce);
        if (!misfit) return;
        const ast::ColumnDefinition& definition = definition_of(column);
        report(*misfit, has_path && !misfit->is_type ? path_span(definition) : definition.name.span);
    }

    void report(const MessageLayout::Misfit& misfit, SourceSpan span) const {
        context_.error(misfit.is_type ? DiagnosticCode::option_type_mismatch : DiagnosticCode::unknown_column, span,
                       misfit.message, misfit.hint);
    }

    const ast::ColumnDefinition& definition_of(const ColumnObject& column) const {
        return *std::find_if(create_.columns.begin(), create_.columns.end(),
                             [&](const ast::ColumnDefinition& each) { return each.name.text == column.name; });
    }

    static SourceSpan path_span(const ast::ColumnDefinition& definition) {
        for (const ast::Option& option : definition.options) {
            const OptionDeclaration* declaration = column_option_schema().find(option.name.text);
            if (declaration != nullptr && (declaration->name == "json_path" || declaration->name == "message_path"))
                return option.value.span;
        }
        return definition.name.span;
    }

    const BindingContext& context_;
    const ast::CreateTable& create_;
    const std::vector<ast::Option>& options_;
    const TableObject& table_;
    const MessageLayout& layout_;
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

void check_layout(const BindingContext& context, const ast::CreateTable& create,
                  const std::vector<ast::Option>& options, const TableObject& table,
                  const ConnectionObject& connection) {
    if (connection.connector->layout == nullptr || table.options.stream != TableStream::messages) return;
    const MessageLayout* layout = connection.connector->layout(*connection.options);
    if (layout != nullptr) LayoutCheck(context, create, options, table, *layout).check();
}

}  // namespace laminar
