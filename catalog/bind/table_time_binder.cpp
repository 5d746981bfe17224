#include "catalog/bind/table_time_binder.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "catalog/bind/row_expression.h"
#include "catalog/bind/table_column_binder.h"
#include "catalog/bind/table_options.h"
#include "catalog/objects/table_columns.h"
#include "catalog/query/function_rewriter.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

bool is_timestamp(TypeId id) {
    return id == TypeId::timestamp || id == TypeId::timestamp_s || id == TypeId::timestamp_ms ||
           id == TypeId::timestamp_ns || id == TypeId::timestamp_tz;
}

class TableTimeBinder {
public:
    TableTimeBinder(const BindingContext& context, const ast::CreateTable& create,
                    const std::vector<ast::Option>& options, bool bound_to_connection, TableObject& table)
        : context_(context),
          create_(create),
          options_(options),
          bound_to_connection_(bound_to_connection),
          table_(table) {}

    void bind() {
        const ast::Option* event_time = find_table_option(options_, "event_time_field");
        if (event_time != nullptr && !table_.options.event_time_field.empty()) {
            if (const ColumnObject* column =
                    require_time_column(table_.options.event_time_field, event_time->value.span, "the event time"))
                table_.options.event_time_field = column->name;
        }
        if (!create_.watermark) return;
        const ast::WatermarkDefinition& watermark = *create_.watermark;
        if (!bound_to_connection_) {
            context_.error(DiagnosticCode::invalid_definition, watermark.span,
                           "a stored table has no watermark: nothing streams into it",
                           "give the table a connector: WITH (connector = '...')");
            return;
        }
        const ColumnObject* column =
            require_time_column(watermark.column.text, watermark.column.span, "the column of a watermark");
        if (column == nullptr) return;
        if (event_time != nullptr && !equals_ignoring_case(table_.options.event_time_field, column->name))
            context_.error(DiagnosticCode::option_conflict, event_time->value.span,
                           fmt::format("event_time_field is \"{}\", but the watermark is for \"{}\"",
                                       table_.options.event_time_field, column->name),
                           "one of the two is enough");
        if (watermark.expression && find_table_option(options_, "watermark_delay") != nullptr)
            context_.error(DiagnosticCode::option_conflict, find_table_option(options_, "watermark_delay")->name.span,
                           "watermark_delay and WATERMARK FOR ... AS both say how late events may be",
                           "one of the two is enough");
        if (watermark.expression) {
            add_function_dependencies(context_, *watermark.expression, table_);
            check_watermark_expression(*watermark.expression);
        }
        table_.watermark = watermark;
        if (!table_.watermark->expression) return;
        name_columns_for_engine(*table_.watermark->expression, table_.columns);
        rewrite_functions(*table_.watermark->expression);
    }

private:
    void require_timestamp(const ColumnObject& column, SourceSpan span, std::string_view purpose) {
        if (is_timestamp(column.type.id) || column.type.id == TypeId::unknown) return;
        context_.error(
            DiagnosticCode::query_type_error, span,
            fmt::format("column \"{}\" is {}, but {} must be a TIMESTAMP", column.name, to_sql(column.type), purpose));
    }

    /// A declared column, or a time that every message has.
    const ColumnObject* require_time_column(std::string_view name, SourceSpan span, std::string_view purpose) {
        const ColumnObject* declared = find_column(table_.columns, name);
        const MetadataColumn* metadata = declared == nullptr ? context_.registry.find_metadata_column(name) : nullptr;
        if (metadata != nullptr && metadata->type == TypeId::timestamp) {
            metadata_time_.name = std::string(metadata->name);
            metadata_time_.type = metadata->type;
            return &metadata_time_;
        }
        declared = require_column(context_, table_, name, span);
        if (declared != nullptr) require_timestamp(*declared, span, purpose);
        return declared;
    }

    void check_watermark_expression(const ast::Expression& expression) {
        std::vector<OutputColumn> columns = columns_in_engine(table_);
        if (!metadata_time_.name.empty()) columns.push_back({metadata_time_.name, metadata_time_.type});
        const auto bound = bind_row_expression(context_, table_, columns, expression, "a watermark");
        const std::optional<ColumnType> type = bound ? std::optional(bound->type) : std::nullopt;
        if (type && type->id != TypeId::unknown && !is_timestamp(type->id))
            context_.error(DiagnosticCode::query_type_error, expression.span,
                           fmt::format("the watermark is {}, but must be a TIMESTAMP", to_sql(*type)),
                           "for example: WATERMARK FOR ts AS ts - INTERVAL '5 seconds'");
    }

    const BindingContext& context_;
    const ast::CreateTable& create_;
    const std::vector<ast::Option>& options_;
    bool bound_to_connection_;
    TableObject& table_;
    ColumnObject metadata_time_;  ///< Stands for received_at or processed_at where one is named.
};

}  // namespace

void bind_table_time(const BindingContext& context, const ast::CreateTable& create,
                     const std::vector<ast::Option>& options, bool bound_to_connection, TableObject& table) {
    TableTimeBinder(context, create, options, bound_to_connection, table).bind();
}

}  // namespace laminar
