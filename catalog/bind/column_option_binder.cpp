#include "catalog/bind/column_option_binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/bind/table_options.h"
#include "catalog/objects/table_columns.h"
#include "catalog/options/json_path.h"
#include "catalog/options/option_validator.h"

namespace laminar {
namespace {

/// Binds the options of one column; members report what is wrong and go on.
class ColumnOptionBinder {
public:
    ColumnOptionBinder(const BindingContext& context, const ast::ColumnDefinition& definition, const TableObject& table,
                       const ConnectionObject* connection, ColumnObject& column)
        : context_(context), definition_(definition), table_(table), connection_(connection), column_(column) {}

    void bind() {
        const auto options = validate_option_set(column_option_schema(), definition_.name.span, definition_.options,
                                                 context_.diagnostics);
        if (!options) return;
        const auto& given = static_cast<const ColumnOptions&>(*options);
        bind_path(given);
    }

private:
    [[nodiscard]] SourceSpan span_of(std::string_view option) const {
        for (const ast::Option& each : definition_.options) {
            const OptionDeclaration* declaration = column_option_schema().find(each.name.text);
            if (declaration != nullptr && declaration->name == option) return each.name.span;
        }
        return definition_.name.span;
    }

    void bind_path(const ColumnOptions& given) {
        column_.of_message = !given.message_path.empty();
        const std::string& path = column_.of_message ? given.message_path : given.json_path;
        if (path.empty()) return;
        const std::string_view option = column_.of_message ? "message_path" : "json_path";
        column_.json_path = parse_json_place(path).value_or(std::vector<std::string>{});
        column_.takes_all = column_.json_path.empty();
        if (column_.of_message && !given.json_path.empty())
            context_.error(DiagnosticCode::option_conflict, span_of(option),
                           fmt::format("column \"{}\" has both json_path and message_path", column_.name),
                           "json_path counts from the row, message_path from the whole message: keep one of them");
        require_fields(context_, table_, connection_, option, span_of(option));
        if (column_.of_message) check_message_path(span_of(option));
    }

    /// It leads beside the rows, not into them.
    void check_message_path(SourceSpan span) {
        if (!table_.rows) {
            context_.error(DiagnosticCode::option_not_applicable, span,
                           "option \"message_path\" does not apply: each object of a message is a row of the table",
                           "say where rows are within messages, rows = '$.data[*]', or write json_path");
            return;
        }
        const std::vector<std::optional<std::string>>& rows = table_.rows->steps;
        const bool leads_into_rows =
            column_.json_path.size() >= rows.size() &&
            std::equal(rows.begin(), rows.end(), column_.json_path.begin(),
                       [](const auto& step, const std::string& name) { return !step || *step == name; });
        if (leads_into_rows)
            context_.error(
                DiagnosticCode::option_not_allowed_value, span,
                fmt::format("option \"message_path\" leads into the rows, which are at {}", table_.rows->text),
                "json_path counts from the row");
    }

    const BindingContext& context_;
    const ast::ColumnDefinition& definition_;
    const TableObject& table_;
    const ConnectionObject* connection_;
    ColumnObject& column_;
};

}  // namespace

void bind_column_options(const BindingContext& context, const ast::ColumnDefinition& definition,
                         const TableObject& table, const ConnectionObject* connection, ColumnObject& column) {
    ColumnOptionBinder(context, definition, table, connection, column).bind();
}

void require_fields(const BindingContext& context, const TableObject& table, const ConnectionObject* connection,
                    std::string_view option, SourceSpan span) {
    if (connection == nullptr || table.options.stream != TableStream::messages ||
        payload_shape(*connection) == PayloadShape::fields)
        return;
    context.error(
        DiagnosticCode::option_not_applicable, span,
        fmt::format("option \"{}\" does not apply: connection \"{}\" does not carry JSON", option, connection->name),
        "set format = 'json' on the connection");
}

}  // namespace laminar
