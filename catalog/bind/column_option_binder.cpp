#include "catalog/bind/column_option_binder.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/bind/table_options.h"
#include "catalog/objects/table_columns.h"
#include "catalog/options/json_path.h"
#include "catalog/validation/option_validator.h"

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
        bind_time(given);
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

    void bind_time(const ColumnOptions& given) {
        column_.time = {given.time_unit.value_or(TimeUnit::by_size), given.time_format};
        if (given.time_unit) require_time(column_.type, is_timestamp, "time_unit", "a TIMESTAMP");
        if (given.time_format.empty()) return;
        require_time(column_.type, is_date_or_time, "time_format", "a TIMESTAMP, DATE or TIME");
        if (has(column_.type, is_dated) && !names_year(given.time_format))
            context_.error(DiagnosticCode::option_not_allowed_value, span_of("time_format"),
                           fmt::format("option \"time_format\" has no year, which a {} has", to_sql(column_.type)),
                           "%Y is the year, %y its last two digits, %s seconds of the epoch");
    }

    [[nodiscard]] static bool is_timestamp(TypeId id) {
        return id == TypeId::timestamp || id == TypeId::timestamp_s || id == TypeId::timestamp_ms ||
               id == TypeId::timestamp_ns || id == TypeId::timestamp_tz;
    }
    [[nodiscard]] static bool is_date_or_time(TypeId id) {
        return is_timestamp(id) || id == TypeId::date || id == TypeId::time;
    }

    [[nodiscard]] static bool is_dated(TypeId id) { return is_date_or_time(id) && id != TypeId::time; }

    [[nodiscard]] static bool names_year(std::string_view format) {
        for (std::size_t at = format.find('%'); at != std::string_view::npos && at + 1 < format.size();
             at = format.find('%', at + 2)) {
            if (std::string_view("YyFDs").find(format[at + 1]) != std::string_view::npos) return true;
        }
        return false;
    }

    void require_time(const ColumnType& type, bool (*fits)(TypeId), std::string_view option, std::string_view wanted) {
        require_fields(context_, table_, connection_, option, span_of(option));
        if (has(type, fits) || type.id == TypeId::unknown) return;
        context_.error(DiagnosticCode::option_not_applicable, span_of(option),
                       fmt::format("option \"{}\" does not apply: column \"{}\" is {}, not {}", option, column_.name,
                                   to_sql(type), wanted),
                       "remove it, or declare the column so");
    }

    /// The type, or one within it.
    [[nodiscard]] static bool has(const ColumnType& type, bool (*fits)(TypeId)) {
        return fits(type.id) || std::any_of(type.fields.begin(), type.fields.end(),
                                            [&](const auto& field) { return has(field.type, fits); });
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
