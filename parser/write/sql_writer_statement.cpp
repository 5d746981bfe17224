// Statements as Laminar SQL.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parser/tokens/keywords.h"
#include "parser/write/sql_writer_pass.h"

namespace laminar {
namespace {

std::string_view kind_word(ast::ObjectKind kind) {
    switch (kind) {
        case ast::ObjectKind::connection:
            return "CONNECTION";
        case ast::ObjectKind::table:
            return "TABLE";
        case ast::ObjectKind::view:
            return "VIEW";
        case ast::ObjectKind::pipeline:
            return "PIPELINE";
        case ast::ObjectKind::function:
            return "FUNCTION";
    }
    return "TABLE";
}

std::string_view plural_word(ast::Show::What what) {
    switch (what) {
        case ast::Show::What::connectors:
            return "CONNECTORS";
        case ast::Show::What::connections:
            return "CONNECTIONS";
        case ast::Show::What::tables:
            return "TABLES";
        case ast::Show::What::views:
            return "VIEWS";
        case ast::Show::What::pipelines:
            return "PIPELINES";
        case ast::Show::What::functions:
            return "FUNCTIONS";
        case ast::Show::What::settings:
            return "SETTINGS";
    }
    return "TABLES";
}

class StatementWriter {
public:
    explicit StatementWriter(const StatementWriterOptions& options) : options_(options) {}

    void write(const ast::Statement& statement) {
        std::visit([this](const auto& node) { write_node(node); }, statement.node);
    }
    void write_value(const ast::OptionValue& value);
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    void write_node(const ast::CreateConnection& create);
    void write_node(const ast::AlterConnection& alter);
    void write_node(const ast::CreateTable& create);
    void write_node(const ast::CreateView& create);
    void write_node(const ast::CreatePipeline& create);
    void write_node(const ast::CreateFunction& create);
    void write_node(const ast::Insert& insert);
    void write_node(const ast::SelectStatement& select) { write_query_text(*select.query); }
    void write_node(const ast::Subscribe& subscribe);
    void write_node(const ast::WaitFor& wait);
    void write_node(const ast::PauseResume& statement);
    void write_node(const ast::Drop& drop);
    void write_node(const ast::Show& show);
    void write_node(const ast::ShowCreate& show);
    void write_node(const ast::Describe& describe);
    void write_node(const ast::Set& set);
    void write_node(const ast::Explain& explain);

    void write_create(const auto& create, std::string_view kind);
    void write_column(const ast::ColumnDefinition& column);
    void write_table_elements(const ast::CreateTable& create);
    void write_option(const ast::Option& option);
    /// (name = value, ...), one to a line.
    void write_options(const std::vector<ast::Option>& options);

    void write_name(const ast::Identifier& name) {
        with_pass([&](SqlWriterPass& pass) { pass.write_name(name); });
    }
    void write_names(const std::vector<ast::Identifier>& names) {
        with_pass([&](SqlWriterPass& pass) { pass.write_name_list(names); });
    }
    void write_query_text(const ast::Query& query) {
        with_pass([&](SqlWriterPass& pass) { pass.write_query(query); });
    }
    void write_expression_text(const ast::Expression& expression) {
        with_pass([&](SqlWriterPass& pass) { pass.write_expression(expression); });
    }
    template <class Write>
    void with_pass(Write write) {
        static const SqlWriterOptions no_options;
        SqlWriterPass pass(SqlDialect::laminar, no_options);
        write(pass);
        text_ += pass.text();
    }

    const StatementWriterOptions& options_;
    std::string text_;
};

void StatementWriter::write_create(const auto& create, std::string_view kind) {
    text_ += create.or_replace ? "CREATE OR REPLACE " : "CREATE ";
    text_ += kind;
    text_ += create.if_not_exists ? " IF NOT EXISTS " : " ";
    write_name(create.name);
}

void StatementWriter::write_value(const ast::OptionValue& value) {
    using Value = ast::OptionValue;
    if (std::holds_alternative<Value::Null>(value.node)) text_ += "NULL";
    if (const auto* boolean = std::get_if<Value::Boolean>(&value.node)) text_ += boolean->value ? "true" : "false";
    if (const auto* number = std::get_if<Value::Number>(&value.node)) text_ += number->text;
    if (const auto* string = std::get_if<Value::String>(&value.node)) text_ += quote_string(string->text);
    if (const auto* interval = std::get_if<Value::Interval>(&value.node)) {
        text_ += fmt::format("INTERVAL {}", quote_string(interval->text));
        if (!interval->unit.empty()) text_ += ' ' + interval->unit;
    }
    if (const auto* name = std::get_if<Value::Name>(&value.node)) {
        // A bare word is taken where a string is; what cannot stand bare is a string.
        const bool bare = is_plain_word(name->text) && classify_keyword(name->text) == KeywordClass::none;
        text_ += bare ? name->text : quote_string(name->text);
    }
    if (const auto* start = std::get_if<Value::TextStart>(&value.node))
        text_ += fmt::format("STARTS_WITH({})", quote_string(start->text));
    if (std::holds_alternative<Value::Exists>(value.node)) text_ += "EXISTS";
    if (const auto* computed = std::get_if<Value::Computed>(&value.node)) write_expression_text(*computed->expression);
    if (const auto* list = std::get_if<Value::List>(&value.node)) {
        text_ += list->json ? "JSON_ARRAY(" : "[";
        std::string_view separator;
        for (const Value& element : list->elements) {
            text_ += std::exchange(separator, ", ");
            write_value(element);
        }
        text_ += list->json ? ")" : "]";
    }
    if (const auto* object = std::get_if<Value::Object>(&value.node)) {
        text_ += object->json ? "JSON_OBJECT(" : "MAP {";
        std::string_view separator;
        for (const auto& [key, entry] : object->entries) {
            text_ += std::exchange(separator, ", ");
            write_value(key);
            text_ += ": ";
            write_value(entry);
        }
        text_ += object->json ? ")" : "}";
    }
}

void StatementWriter::write_option(const ast::Option& option) {
    write_name(option.name);
    text_ += " = ";
    const auto mapped = options_.map_option_value ? options_.map_option_value(option) : std::nullopt;
    write_value(mapped ? *mapped : option.value);
}

void StatementWriter::write_options(const std::vector<ast::Option>& options) {
    text_ += '(';
    std::string_view separator = "\n    ";
    for (const ast::Option& option : options) {
        text_ += std::exchange(separator, ",\n    ");
        write_option(option);
    }
    text_ += options.empty() ? ")" : "\n)";
}

void StatementWriter::write_node(const ast::CreateConnection& create) {
    write_create(create, "CONNECTION");
    text_ += " TO ";
    write_name(create.connector);
    text_ += ' ';
    write_options(create.options);
}

void StatementWriter::write_node(const ast::AlterConnection& alter) {
    text_ += "ALTER CONNECTION ";
    write_name(alter.name);
    text_ += " SET ";
    write_options(alter.options);
}

void StatementWriter::write_column(const ast::ColumnDefinition& column) {
    write_name(column.name);
    if (!column.type.name.empty()) {
        text_ += ' ';
        with_pass([&](SqlWriterPass& pass) { pass.write_type(column.type); });
    }
    if (column.not_null) text_ += " NOT NULL";
    if (column.primary_key) text_ += " PRIMARY KEY";
    if (column.default_value) {
        text_ += " DEFAULT ";
        // A column's further clauses must not be read as part of the expression.
        with_pass([&](SqlWriterPass& pass) { pass.write_expression(*column.default_value, Binding::other_operator); });
    }
    if (column.generated) {
        const bool has_type = !column.type.name.empty();
        text_ += has_type ? " GENERATED ALWAYS AS (" : " AS ";
        write_expression_text(*column.generated);
        if (has_type) text_ += ')';
    }
    if (column.options.empty()) return;
    text_ += " WITH (";
    std::string_view separator;
    for (const ast::Option& option : column.options) {
        text_ += std::exchange(separator, ", ");
        write_option(option);
    }
    text_ += ')';
}

void StatementWriter::write_table_elements(const ast::CreateTable& create) {
    bool is_first = true;
    std::string comment;  // Of the element before, which stands behind the comma.
    const auto end_line = [&] {
        if (!comment.empty()) text_ += "  " + std::exchange(comment, {});
    };
    const auto begin_element = [&] {
        if (!std::exchange(is_first, false)) text_ += ',';
        end_line();
        text_ += "\n    ";
    };
    text_ += " (";
    for (std::size_t index = 0; index < create.columns.size(); ++index) {
        begin_element();
        write_column(create.columns[index]);
        if (options_.column_comment) comment = options_.column_comment(index);
    }
    if (!create.primary_key.empty()) {
        begin_element();
        text_ += "PRIMARY KEY ";
        write_names(create.primary_key);
    }
    if (create.watermark) {
        begin_element();
        text_ += "WATERMARK FOR ";
        write_name(create.watermark->column);
        if (create.watermark->expression) {
            text_ += " AS ";
            write_expression_text(*create.watermark->expression);
        }
    }
    end_line();
    text_ += "\n)";
}

void StatementWriter::write_node(const ast::CreateTable& create) {
    write_create(create, "TABLE");
    const bool has_elements = !create.columns.empty() || !create.primary_key.empty() || create.watermark;
    if (has_elements) write_table_elements(create);
    if (!create.options.empty()) {
        text_ += " WITH ";
        write_options(create.options);
    }
    if (create.as_query) {
        text_ += " AS\n";
        write_query_text(*create.as_query);
    }
}

void StatementWriter::write_node(const ast::CreateView& create) {
    write_create(create, "VIEW");
    if (!create.columns.empty()) {
        text_ += ' ';
        write_names(create.columns);
    }
    text_ += " AS\n";
    write_query_text(*create.query);
}

void StatementWriter::write_node(const ast::CreatePipeline& create) {
    write_create(create, "PIPELINE");
    if (!create.options.empty()) {
        text_ += " WITH ";
        write_options(create.options);
    }
    text_ += " AS\n";
    if (create.sink) {
        text_ += "INSERT INTO ";
        write_name(*create.sink);
        if (!create.sink_columns.empty()) {
            text_ += ' ';
            write_names(create.sink_columns);
        }
        text_ += '\n';
    }
    write_query_text(*create.query);
}

void StatementWriter::write_node(const ast::CreateFunction& create) {
    write_create(create, "FUNCTION");
    write_names(create.parameters);
    text_ += " AS ";
    write_expression_text(create.body);
}

void StatementWriter::write_node(const ast::Insert& insert) {
    text_ += "INSERT INTO ";
    write_name(insert.table);
    if (!insert.columns.empty()) {
        text_ += ' ';
        write_names(insert.columns);
    }
    text_ += '\n';
    write_query_text(*insert.query);
}

void StatementWriter::write_node(const ast::Subscribe& subscribe) {
    text_ += "SUBSCRIBE TO ";
    if (subscribe.name) return write_name(*subscribe.name);
    // A query that is all in parentheses has them already.
    const ast::Query& query = *subscribe.query;
    const bool bracketed = std::holds_alternative<ast::NestedQuery>(query.body.node) && query.with.empty() &&
                           query.order_by.empty() && !query.order_by_all && !query.limit && !query.offset;
    if (!bracketed) text_ += '(';
    write_query_text(query);
    if (!bracketed) text_ += ')';
}

void StatementWriter::write_node(const ast::WaitFor& wait) {
    text_ += "WAIT FOR ";
    write_name(wait.name);
    if (wait.count) text_ += fmt::format("{} COUNT {}", wait.read ? " READ" : "", *wait.count);
    if (wait.timeout) {
        text_ += " TIMEOUT ";
        write_value(*wait.timeout);
    }
}

void StatementWriter::write_node(const ast::PauseResume& statement) {
    text_ += fmt::format("{} {} ", statement.resume ? "RESUME" : "PAUSE", kind_word(statement.kind));
    write_name(statement.name);
}

void StatementWriter::write_node(const ast::Drop& drop) {
    text_ += fmt::format("DROP {}{}", kind_word(drop.kind), drop.if_exists ? " IF EXISTS" : "");
    std::string_view separator = " ";
    for (const ast::Identifier& name : drop.names) {
        text_ += std::exchange(separator, ", ");
        write_name(name);
    }
    if (drop.cascade) text_ += " CASCADE";
}

void StatementWriter::write_node(const ast::Show& show) {
    text_ += fmt::format("SHOW {}", plural_word(show.what));
    if (show.like) text_ += fmt::format(" LIKE {}", quote_string(*show.like));
}

void StatementWriter::write_node(const ast::ShowCreate& show) {
    text_ += "SHOW CREATE ";
    if (show.kind) text_ += fmt::format("{} ", kind_word(*show.kind));
    write_name(show.name);
}

void StatementWriter::write_node(const ast::Describe& describe) {
    text_ += describe.connector ? "DESCRIBE CONNECTOR " : "DESCRIBE ";
    if (describe.query) return write_query_text(*describe.query);
    with_pass([&](SqlWriterPass& pass) { pass.write_qualified_name(describe.name); });
}

void StatementWriter::write_node(const ast::Set& set) {
    text_ += "SET ";
    write_name(set.name);
    text_ += " = ";
    write_value(set.value);
}

void StatementWriter::write_node(const ast::Explain& explain) {
    text_ += explain.analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ";
    write(*explain.statement);
}

}  // namespace

std::string write_statement(const ast::Statement& statement, const StatementWriterOptions& options) {
    StatementWriter writer(options);
    writer.write(statement);
    return writer.take();
}

std::string write_option_value(const ast::OptionValue& value) {
    const StatementWriterOptions no_options;
    StatementWriter writer(no_options);
    writer.write_value(value);
    return writer.take();
}

}  // namespace laminar
