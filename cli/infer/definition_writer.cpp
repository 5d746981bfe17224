#include "cli/infer/definition_writer.h"

#include <utility>

#include "cli/infer/secret_texts.h"
#include "cli/terminal/cell_text.h"
#include "parser/text/utf8.h"
#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

std::string comment(std::string_view remark, const RememberedSecrets& secrets) {
    return "-- " + escape_controls(with_valid_utf8(secrets.redact(without_url_credentials(remark))));
}

void append_comments(std::string& script, const std::vector<std::string>& remarks, const RememberedSecrets& secrets) {
    for (const std::string& remark : remarks) script += comment(remark, secrets) + '\n';
}

void append_statement(std::string& script, ast::StatementNode node, const StatementWriterOptions& options = {}) {
    ast::Statement statement;
    statement.node = std::move(node);
    script += write_statement(statement, options) + ";\n";
}

}  // namespace

std::string write_definitions(const FoundDefinitions& definitions, const RememberedSecrets& secrets) {
    std::string script;
    append_comments(script, definitions.remarks, secrets);
    script += '\n';
    append_comments(script, definitions.connection_remarks, secrets);
    append_statement(script, definitions.connection);
    for (const FoundTable& table : definitions.tables) {
        script += '\n';
        append_comments(script, table.remarks, secrets);
        StatementWriterOptions options;
        options.column_comment = [&](std::size_t column) {
            const bool has_remark = column < table.column_remarks.size() && !table.column_remarks[column].empty();
            return has_remark ? comment(table.column_remarks[column], secrets) : std::string();
        };
        append_statement(script, table.statement, options);
    }
    return script;
}

}  // namespace laminar
