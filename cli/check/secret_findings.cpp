#include "cli/check/secret_findings.h"

#include <fmt/format.h>

#include <variant>
#include <vector>

namespace laminar {
namespace {

void report_in(const ast::OptionValue& value, const SecretResolver& secrets, Diagnostics& diagnostics) {
    if (const auto* text = std::get_if<ast::OptionValue::String>(&value.node)) {
        for (const SecretReference& reference : find_secret_references(text->text)) {
            if (secrets.find(reference.name)) continue;
            const SecretResolver::Result result = secrets.resolve(fmt::format("${{secret:{}}}", reference.name));
            diagnostics.error(DiagnosticCode::missing_secret, value.span,
                              result.missing.empty() ? fmt::format("secret \"{}\" cannot be found", reference.name)
                                                     : result.missing.front(),
                              "put it in a file of that name and give --secrets-dir, in an env file, or set the "
                              "environment variable");
        }
    } else if (const auto* list = std::get_if<ast::OptionValue::List>(&value.node)) {
        for (const ast::OptionValue& element : list->elements) report_in(element, secrets, diagnostics);
    } else if (const auto* object = std::get_if<ast::OptionValue::Object>(&value.node)) {
        for (const auto& [key, entry] : object->entries) report_in(entry, secrets, diagnostics);
    }
}

}  // namespace

void report_missing_secrets(const ast::Statement& statement, const SecretResolver& secrets, Diagnostics& diagnostics) {
    const std::vector<ast::Option>* options = nullptr;
    if (const auto* create = std::get_if<ast::CreateConnection>(&statement.node)) options = &create->options;
    if (const auto* create = std::get_if<ast::CreateTable>(&statement.node)) options = &create->options;
    if (const auto* alter = std::get_if<ast::AlterConnection>(&statement.node)) options = &alter->options;
    if (!options) return;
    for (const ast::Option& option : *options) report_in(option.value, secrets, diagnostics);
}

}  // namespace laminar
