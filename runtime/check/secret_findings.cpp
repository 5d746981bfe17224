#include "runtime/check/secret_findings.h"

#include <fmt/format.h>

#include <variant>
#include <vector>

#include "parser/ast/deep_walk.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

void report_if_missing(const std::string& name, SourceSpan span, const SecretResolver& secrets,
                       Diagnostics& diagnostics) {
    if (secrets.find(name)) return;
    const SecretResolver::Result result = secrets.resolve(fmt::format("${{secret:{}}}", name));
    diagnostics.error(
        DiagnosticCode::missing_secret, span,
        result.missing.empty() ? fmt::format("secret \"{}\" cannot be found", name) : result.missing.front(),
        "put it in a file of that name and give --secrets-dir, in an env file, or set the environment variable");
}

void report_in_text(const std::string& text, SourceSpan span, const SecretResolver& secrets, Diagnostics& diagnostics) {
    for (const SecretReference& reference : find_secret_references(text))
        report_if_missing(reference.name, span, secrets, diagnostics);
}

void report_in(const ast::Expression& expression, const SecretResolver& secrets, Diagnostics& diagnostics) {
    const auto on_expression = [&](const ast::Expression& part) {
        const auto* literal = std::get_if<ast::Literal>(&part.node);
        if (literal != nullptr && literal->kind == ast::LiteralKind::string)
            report_in_text(literal->text, part.span, secrets, diagnostics);
        const auto* call = std::get_if<ast::FunctionCall>(&part.node);
        const bool is_secret = call != nullptr && call->name.parts.size() == 1 && call->arguments.size() == 1 &&
                               equals_ignoring_case(call->name.parts.front().text, "secret");
        const auto* name = is_secret ? std::get_if<ast::Literal>(&call->arguments.front().value.node) : nullptr;
        if (name != nullptr) report_if_missing(name->text, part.span, secrets, diagnostics);
    };
    ast::DeepWalk(on_expression, [](const ast::TableReference&) {})(expression);
}

void report_in(const ast::OptionValue& value, const SecretResolver& secrets, Diagnostics& diagnostics) {
    if (const auto* text = std::get_if<ast::OptionValue::String>(&value.node)) {
        report_in_text(text->text, value.span, secrets, diagnostics);
    } else if (const auto* computed = std::get_if<ast::OptionValue::Computed>(&value.node)) {
        report_in(*computed->expression, secrets, diagnostics);
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
