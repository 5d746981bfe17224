#include <fmt/format.h>

#include <algorithm>

#include "catalog/bind/accept_binder.h"
#include "catalog/bind/binding_context.h"
#include "catalog/bind/column_option_binder.h"
#include "catalog/bind/exact_decimals.h"
#include "catalog/bind/inline_connection.h"
#include "catalog/bind/row_expression.h"
#include "catalog/bind/table_column_binder.h"
#include "catalog/bind/table_options.h"
#include "catalog/bind/table_time_binder.h"
#include "catalog/objects/change_row.h"
#include "catalog/objects/column_name.h"
#include "catalog/objects/table_columns.h"
#include "catalog/options/json_path.h"
#include "catalog/query/function_check.h"
#include "catalog/query/function_rewriter.h"
#include "catalog/query/query_binder.h"
#include "catalog/validation/option_validator.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

/// Binds one CREATE TABLE. Members report what is wrong and go on where that makes sense.
class TableBinder {
public:
    TableBinder(const BindingContext& context, const ast::CreateTable& create)
        : context_(context), create_(create), options_(create.options) {}

    std::optional<BoundStatementNode> bind() {
        const std::size_t errors_before = context_.diagnostics.error_count();
        const Creation creation =
            check_creation(context_, ast::ObjectKind::table, create_.name, create_.or_replace, create_.if_not_exists);
        define(context_, create_.name, table_);
        if (!bind_connection()) return std::nullopt;
        bind_options();
        for (const ast::ColumnDefinition& column : create_.columns) bind_column(column);
        bind_computed();
        bind_primary_key();
        bind_table_time(context_, create_, options_, bound_to_connection_, table_);
        bind_query();
        complete_columns(context_, create_, connection_, bound_to_connection_, table_);
        bind_changes();
        if (connection_ != nullptr && context_.diagnostics.error_count() == errors_before)
            check_layout(context_, create_, options_, table_, *connection_);
        if (context_.diagnostics.error_count() != errors_before) return std::nullopt;
        if (creation == Creation::replace && !check_users(context_, table_, create_.name.span)) return std::nullopt;
        const ConnectionObject* left = creation == Creation::replace ? left_connection() : nullptr;
        if (context_.diagnostics.error_count() != errors_before) return std::nullopt;
        BoundCreate bound = bound_create(creation, std::move(table_), std::move(query_));
        if (own_) bound.connection = std::move(own_->connection);
        if (left != nullptr && !own_) bound.left_connection = left->name;
        return bound;
    }

private:
    /// The one that the options declare; false after reporting what is wrong with it.
    bool bind_connection() {
        const ConnectionObject* shared = shared_connection(context_, create_);
        const ConnectorDescriptor* connector =
            shared != nullptr ? shared->connector : inline_connector(context_, create_);
        if (connector == nullptr) return true;
        own_ = bind_inline_connection(context_, create_, *connector, shared);
        if (!own_) return false;
        if (shared != nullptr) table_.dependencies.push_back(shared->name);
        options_ = own_->table_options;
        return true;
    }

    /// That of the table which is replaced, where it has declared one: null, perhaps after reporting that others use
    /// it, or the new table itself.
    const ConnectionObject* left_connection() const {
        const auto* replaced = context_.catalog.find_as<TableObject>(create_.name.text);
        const ConnectionObject* left = replaced == nullptr ? nullptr : own_connection(context_.catalog, *replaced);
        if (left == nullptr) return nullptr;
        if (!own_ && connection_ == left) {
            context_.error(
                DiagnosticCode::object_in_use, find_table_option(options_, "connector")->value.span,
                fmt::format("connection \"{}\" goes with table \"{}\", which is replaced", left->name, replaced->name),
                "write its options here, or declare the connection by itself");
            return nullptr;
        }
        std::vector<const CatalogObject*> users = context_.catalog.users_of(ast::ObjectKind::connection, left->name);
        std::erase_if(users, [&](const CatalogObject* user) {
            return equals_ignoring_case(definition_of(*user).name, replaced->name);
        });
        if (users.empty()) return left;
        context_.error(DiagnosticCode::object_in_use, create_.name.span,
                       fmt::format("connection \"{}\", which goes with table \"{}\", is used by {}", left->name,
                                   replaced->name, list_objects(users)),
                       "drop them first, or declare the connection by itself");
        return nullptr;
    }

    void bind_options() {
        const auto options =
            validate_option_set(table_option_schema(), create_.name.span, options_, context_.diagnostics);
        const ast::Option* connector = find_table_option(options_, "connector");
        // A table whose connector is wrong is not a stored one for that.
        bound_to_connection_ = connector != nullptr;
        if (!options) {
            // Where it is neither a connection nor a connector, that is why other options are not known.
            const auto* name =
                connector == nullptr ? nullptr : std::get_if<ast::OptionValue::String>(&connector->value.node);
            if (name != nullptr && !own_)
                static_cast<void>(find_connection(context_, name->text, connector->value.span));
            return;
        }
        warn_of_ineffective_options(context_, table_option_schema(), options_);
        table_.options = static_cast<const TableOptions&>(*options);
        if (!table_.options.rows.empty()) table_.rows = parse_rows_path(table_.options.rows);
        bound_to_connection_ = !table_.options.connector.empty();
        if (!bound_to_connection_) return;
        table_.metadata = context_.registry.metadata_columns();
        connection_ =
            own_ ? &own_->connection : find_connection(context_, table_.options.connector, connector->value.span);
        if (connection_ == nullptr) return;
        table_.options.connector = connection_->name;
        table_.dependencies.push_back(connection_->name);
        const ast::Option* stream = find_table_option(options_, "stream");
        if (table_.options.stream != TableStream::messages && !can_read(*connection_))
            context_.error(DiagnosticCode::not_a_source, stream->value.span,
                           fmt::format("connection \"{}\" cannot be read, so it has no such rows", connection_->name));
        if (table_.options.stream == TableStream::events && !connection_->connector->has_events)
            context_.error(DiagnosticCode::option_not_applicable, stream->value.span,
                           fmt::format("connector \"{}\" has no events of connections", connection_->connector->name));
        if (table_.options.repeat_on_connect && !connects_itself())
            context_.error(
                DiagnosticCode::option_not_applicable, find_table_option(options_, "repeat_on_connect")->name.span,
                fmt::format("option \"repeat_on_connect\" does not apply: connection \"{}\" does not connect to "
                            "a peer",
                            connection_->name),
                "it is for WebSocket connections with mode = 'client'");
        if (!table_.options.accept.empty())
            table_.accept = bind_accept(context_, *find_table_option(options_, "accept"), table_.options, *connection_);
        if (reads_changes()) {
            // Where a change has its row.
            if (!table_.rows)
                table_.rows = parse_rows_path(change_rows_path);
            else
                context_.error(DiagnosticCode::option_not_applicable, find_table_option(options_, "rows")->name.span,
                               "option \"rows\" does not apply: the rows of changes are where Debezium has them",
                               "remove it; what stands beside before and after is taken by message_path");
        } else if (table_.rows) {
            require_fields(context_, table_, connection_, "rows", find_table_option(options_, "rows")->name.span);
        }
        if (connection_ != nullptr && carries_changes(*connection_) && table_.options.changelog == Changelog::none)
            table_.options.changelog = Changelog::debezium;
        if (table_.options.mode != TableMode::sink) return;
        const ast::Option* mode = find_table_option(options_, "mode");
        if (table_.options.stream != TableStream::messages)
            context_.error(DiagnosticCode::option_conflict, mode->value.span,
                           "a table of errors, dead letters or events can only be read");
        if (!can_write(*connection_))
            context_.error(
                DiagnosticCode::not_a_sink, mode->value.span,
                fmt::format("connection \"{}\" takes no rows, so a table of it cannot only send", connection_->name));
    }

    /// Names that differ in case alone are those of two columns where one of them is quoted.
    bool is_repeated(const ast::ColumnDefinition& definition) const {
        for (const ast::ColumnDefinition& other : create_.columns) {
            if (&other == &definition) return false;
            const bool quoted = other.name.quoted || definition.name.quoted;
            if (other.name.text == definition.name.text ||
                (!quoted && equals_ignoring_case(other.name.text, definition.name.text)))
                return true;
        }
        return false;
    }

    void bind_column(const ast::ColumnDefinition& definition) {
        const bool repeated = is_repeated(definition);
        if (repeated)
            context_.error(DiagnosticCode::duplicate_column, definition.name.span,
                           fmt::format("column \"{}\" is declared twice", definition.name.text));
        check_column_name(definition.name.text, definition.name.span, context_.diagnostics);
        ColumnObject column;
        column.name = definition.name.text;
        if (definition.generated) {
            if (!repeated) table_.columns.push_back(std::move(column));  // Bound when what it may name is known.
            return;
        }
        column.not_null = definition.not_null;
        column.primary_key = definition.primary_key;
        const std::optional<ColumnType> type = bind_type(definition.type, context_.diagnostics);
        if (type) column.type = *type;
        if (type && bound_to_connection_) keep_all_digits(column.type, definition.type);
        if (definition.default_value) bind_default(definition, column);
        bind_column_options(definition, column);
        if (!repeated) table_.columns.push_back(std::move(column));
    }

    void bind_computed() {
        const auto computed = std::find_if(create_.columns.begin(), create_.columns.end(),
                                           [](const ast::ColumnDefinition& column) { return bool(column.generated); });
        if (computed == create_.columns.end()) return;
        if (!bound_to_connection_ || table_.options.mode == TableMode::sink)
            context_.error(DiagnosticCode::invalid_definition, computed->generated->span,
                           fmt::format("column \"{}\" cannot be computed in a table {}", computed->name.text,
                                       bound_to_connection_ ? "that only sends rows" : "that no messages come to"),
                           "compute it in a view or pipeline, or give the column a DEFAULT");
        else
            bind_computed_columns(context_, create_, table_);
    }

    void bind_default(const ast::ColumnDefinition& definition, ColumnObject& column) {
        add_function_dependencies(context_, *definition.default_value, table_);
        column.default_value = definition.default_value;
        FunctionCheck check(context_.catalog, context_.checker);
        if (!check.check_all(*definition.default_value, context_.diagnostics) ||
            !check.check_row_by_row(*definition.default_value, "a DEFAULT", context_.diagnostics) ||
            !check_expansion(context_, *definition.default_value))
            return;
        rewrite_functions(*column.default_value);
        if (column.type.id == TypeId::unknown) return;
        // Checked as the cast that storing it will be.
        ast::Cast cast;
        cast.operand = column.default_value;
        cast.type = definition.type;
        static_cast<void>(context_.checker.check_expression({definition.default_value->span, std::move(cast)}, {},
                                                            context_.diagnostics));
    }

    void bind_column_options(const ast::ColumnDefinition& definition, ColumnObject& column) {
        if (definition.options.empty()) return;
        if (!bound_to_connection_) {
            context_.error(DiagnosticCode::option_not_applicable, definition.options.front().name.span,
                           fmt::format("option \"{}\" does not apply to columns of a stored table",
                                       definition.options.front().name.text),
                           "give the table a connector: WITH (connector = '...')");
            return;
        }
        laminar::bind_column_options(context_, definition, table_, connection_, column);
    }

    ColumnObject* find_column(std::string_view name) {
        return const_cast<ColumnObject*>(laminar::find_column(table_.columns, name));
    }

    void bind_primary_key() {
        std::vector<const ast::ColumnDefinition*> inline_keys;
        for (const ast::ColumnDefinition& column : create_.columns) {
            if (column.primary_key) inline_keys.push_back(&column);
        }
        if (inline_keys.size() + (create_.primary_key.empty() ? 0 : 1) > 1) {
            const SourceSpan span =
                create_.primary_key.empty() ? inline_keys[1]->name.span : create_.primary_key.front().span;
            context_.error(DiagnosticCode::invalid_definition, span, "a table has one primary key",
                           "for a key of several columns write PRIMARY KEY (a, b) after the columns");
            return;
        }
        if (!inline_keys.empty()) table_.primary_key.push_back(inline_keys.front()->name.text);
        for (const ast::Identifier& name : create_.primary_key) {
            ColumnObject* column = require_column(context_, table_, name);
            if (column == nullptr) continue;
            if (column->primary_key) {
                context_.error(DiagnosticCode::duplicate_column, name.span,
                               fmt::format("column \"{}\" is in the primary key twice", name.text));
                continue;
            }
            column->primary_key = true;
            table_.primary_key.push_back(column->name);
        }
        for (const ColumnObject& column : table_.columns) {
            if (column.primary_key && column.type.is_nested())
                context_.error(DiagnosticCode::invalid_definition, create_.name.span,
                               fmt::format("column \"{}\" of type {} cannot be part of a primary key", column.name,
                                           to_sql(column.type)));
        }
    }

    /// Whether the connection is one that is made anew when it is lost.
    [[nodiscard]] bool connects_itself() const {
        const auto mode = connection_->connector->options->value_of(*connection_->options, "mode");
        const auto* role = mode ? std::get_if<std::string>(&*mode) : nullptr;
        return connection_->connector->has_events && role != nullptr && *role == "client";
    }

    [[nodiscard]] bool reads_changes() const {
        return connection_ != nullptr && carries_changes(*connection_) &&
               table_.options.stream == TableStream::messages && table_.options.mode != TableMode::sink;
    }

    /// Messages that are changes change rows, which a key tells apart.
    void bind_changes() {
        if (!reads_changes() || table_.columns.empty()) return;
        if (table_.primary_key.empty())
            context_.error(DiagnosticCode::invalid_definition, create_.name.span,
                           fmt::format("table \"{}\" reads changes and has no PRIMARY KEY", create_.name.text),
                           "declare the columns that say which row a change is about: PRIMARY KEY (id)");
        if (table_.watermark || !table_.options.event_time_field.empty())
            context_.error(
                DiagnosticCode::invalid_definition, create_.name.span,
                fmt::format("table \"{}\" reads changes, and rows that change have no event time", create_.name.text),
                "read the changes themselves, as they come, from a connection with format = 'json'");
        for (ColumnObject& column : table_.columns) {
            column.not_null = column.not_null || column.primary_key;
            // What is done to a row stands in its text.
            if (equals_ignoring_case(column.name, MetadataField::message->name))
                context_.error(DiagnosticCode::invalid_definition, create_.name.span,
                               "a table that reads changes has no column \"message\"",
                               "give it another name, WITH (json_path = '$.message')");
        }
    }

    void bind_query() {
        if (!create_.as_query) return;
        if (bound_to_connection_) {
            context_.error(DiagnosticCode::invalid_definition, create_.as_query->span,
                           "a table that is bound to a connection cannot be made from a query",
                           "use CREATE PIPELINE name AS INSERT INTO table SELECT ...");
            return;
        }
        if (create_.has_column_list || !create_.columns.empty()) {
            context_.error(DiagnosticCode::invalid_definition, create_.as_query->span,
                           "CREATE TABLE ... AS takes its columns from the query", "remove the column list");
            return;
        }
        query_ = QueryBinder(context_.catalog, context_.registry, context_.checker, context_.diagnostics)
                     .bind(context_.source, *create_.as_query);
        if (!query_) return;
        for (const QueryInput& input : query_->inputs) {
            if (input.kind != InputKind::connection && input.kind != InputKind::pipeline) continue;
            context_.error(
                DiagnosticCode::unsupported_on_stream, input.span,
                fmt::format("\"{}\" is an unbounded stream: a table cannot be made from it once and for all",
                            input.object),
                "create the table with columns, and fill it by CREATE PIPELINE name AS INSERT INTO table SELECT ...");
        }
        for (const OutputColumn& output : query_->columns) {
            ColumnObject column;
            column.name = shown_column_name(output.name);
            column.type = output.type;
            const ColumnObject* known = find_column(column.name);
            if (known != nullptr && known->name == column.name)
                context_.error(DiagnosticCode::duplicate_column, create_.as_query->span,
                               fmt::format("the query has two columns named \"{}\"", column.name), "name them with AS");
            table_.columns.push_back(std::move(column));
        }
        // The table keeps rows, not the query: it depends on nothing that it was made from.
    }

    const BindingContext& context_;
    const ast::CreateTable& create_;
    TableObject table_;
    std::optional<BoundQuery> query_;
    const ConnectionObject* connection_ = nullptr;
    std::optional<InlineConnection> own_;
    std::vector<ast::Option> options_;  ///< Of the table.
    bool bound_to_connection_ = false;
};

}  // namespace

std::optional<BoundStatementNode> bind_create_table(const BindingContext& context, const ast::CreateTable& create) {
    return TableBinder(context, create).bind();
}

}  // namespace laminar
