#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/bind/binding_context.h"
#include "catalog/validation/option_spans.h"
#include "catalog/validation/option_validator.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

/// What the objects that use a connection need of it.
bool check_users(const BindingContext& context, const ConnectionObject& replaced, const ConnectionObject& replacement,
                 SourceSpan span) {
    bool good = true;
    for (const CatalogObject* user : context.catalog.users_of(ast::ObjectKind::connection, replaced.name)) {
        const Definition& definition = definition_of(*user);
        const bool was_read = can_read(replaced);
        const bool was_written = can_write(replaced);
        const bool fits = replaced.connector == replacement.connector && (!was_read || can_read(replacement)) &&
                          (!was_written || can_write(replacement));
        if (!was_read && !was_written) {
            // Each of the tables has a connection of its own, which has taken the options over.
            context.error(DiagnosticCode::object_in_use, span,
                          fmt::format("connection \"{}\" cannot change: {} \"{}\" has taken its options over",
                                      replaced.name, kind_name(kind_of(*user)), definition.name),
                          fmt::format("drop \"{}\" first, and create it again afterwards", definition.name));
            good = false;
            continue;
        }
        if (fits) continue;
        context.error(DiagnosticCode::object_in_use, span,
                      fmt::format("connection \"{}\" cannot change its nature: {} \"{}\" uses it", replaced.name,
                                  kind_name(kind_of(*user)), definition.name),
                      fmt::format("drop \"{}\" first", definition.name));
        good = false;
    }
    return good;
}

/// Consumers are made for some of the options: those stay as they are.
bool check_fixed_options(const BindingContext& context, const ConnectionObject& replaced,
                         const ConnectionObject& replacement, SourceSpan span) {
    const std::vector<const CatalogObject*> users =
        context.catalog.users_of(ast::ObjectKind::connection, replaced.name);
    if (users.empty() || replaced.connector != replacement.connector) return true;
    bool good = true;
    for (const OptionDeclaration& option : replaced.connector->options->options()) {
        if (!option.facts.fixed_in_use) continue;
        if (option.field.read(*replaced.options) == option.field.read(*replacement.options)) continue;
        context.error(
            DiagnosticCode::object_in_use, span,
            fmt::format("option \"{}\" of connection \"{}\" cannot change: {} \"{}\" uses it", option.name,
                        replaced.name, kind_name(kind_of(*users.front())), definition_of(*users.front()).name),
            fmt::format("drop \"{}\" first", definition_of(*users.front()).name));
        good = false;
    }
    return good;
}

/// What a table declares itself, it alone can change. False after reporting.
bool check_not_of_table(const BindingContext& context, const ConnectionObject& connection, SourceSpan span) {
    if (connection.table.empty()) return true;
    context.error(
        DiagnosticCode::object_in_use, span,
        fmt::format("connection \"{}\" is declared by the options of table \"{}\"", connection.name, connection.table),
        fmt::format("use CREATE OR REPLACE TABLE {}, or declare the connection by itself", connection.table));
    return false;
}

bool same_name(const ast::Option& a, const OptionDeclaration& declaration) { return declaration.is_named(a.name.text); }

/// The options of a connection after an ALTER: those of before that stay, then the new ones; NULL removes one.
std::vector<ast::Option> merge_options(const OptionSchema& schema, std::vector<ast::Option> before,
                                       const std::vector<ast::Option>& changes) {
    for (const ast::Option& change : changes) {
        const OptionDeclaration* declaration = schema.find(change.name.text);
        if (declaration == nullptr) continue;
        std::erase_if(before, [&](const ast::Option& option) { return same_name(option, *declaration); });
    }
    before.insert(before.end(), changes.begin(), changes.end());
    return before;
}

std::vector<std::string> changed_options(const OptionSchema& schema, const ConnectionObject& before,
                                         const ConnectionObject& after) {
    std::vector<std::string> changed;
    for (const OptionDeclaration& option : schema.options()) {
        if (option.field.read(*before.options) != option.field.read(*after.options)) changed.emplace_back(option.name);
    }
    return changed;
}

}  // namespace

std::shared_ptr<const ConnectorOptions> bind_connector_options(const BindingContext& context,
                                                               const ConnectorDescriptor& connector, SourceSpan span,
                                                               const std::vector<ast::Option>& options) {
    const OptionSchema& schema = *connector.options;
    std::shared_ptr<const ConnectorOptions> checked = validate_options(schema, span, options, context.diagnostics);
    if (!checked || connector.complete == nullptr) return checked;
    const auto completed = std::static_pointer_cast<ConnectorOptions>(schema.copy(*checked));
    std::optional<OptionFinding> finding = connector.complete(*completed);
    if (!finding) return completed;
    const OptionDeclaration* declaration = schema.find(finding->option);
    for (const ast::Option& option : options) {
        if (declaration != nullptr && declaration->is_named(option.name.text)) span = option.value.span;
    }
    context.error(DiagnosticCode::option_not_allowed_value, span, std::move(finding->message),
                  std::move(finding->hint));
    return nullptr;
}

std::optional<BoundStatementNode> bind_create_connection(const BindingContext& context,
                                                         const ast::CreateConnection& create) {
    const Creation creation =
        check_creation(context, ast::ObjectKind::connection, create.name, create.or_replace, create.if_not_exists);
    const ConnectorDescriptor* connector = context.registry.find(create.connector.text);
    if (connector == nullptr) {
        const std::vector<std::string> names = context.registry.names();
        std::string hint = did_you_mean(create.connector.text, names);
        if (hint.empty()) hint = fmt::format("the connectors are {}", list_names(names));
        context.error(DiagnosticCode::unknown_connector, create.connector.span,
                      fmt::format("no connector \"{}\" exists", create.connector.text), std::move(hint));
        return std::nullopt;
    }
    ConnectionObject connection;
    connection.connector = connector;
    connection.options = bind_connector_options(context, *connector, create.connector.span, create.options);
    if (!connection.options || creation == Creation::refused) return std::nullopt;
    warn_of_ineffective_options(context, *connector->options, create.options);
    define(context, create.name, connection);
    if (creation == Creation::replace) {
        const auto* replaced = context.catalog.find_as<ConnectionObject>(create.name.text);
        if (!check_not_of_table(context, *replaced, create.name.span)) return std::nullopt;
        if (!check_users(context, *replaced, connection, create.name.span) ||
            !check_fixed_options(context, *replaced, connection, create.name.span))
            return std::nullopt;
    }
    return bound_create(creation, std::move(connection));
}

std::optional<BoundStatementNode> bind_alter_connection(const BindingContext& context,
                                                        const ast::AlterConnection& alter) {
    const ConnectionObject* before = find_connection(context, alter.name.text, alter.name.span);
    if (before == nullptr || !check_not_of_table(context, *before, alter.name.span)) return std::nullopt;
    const OptionSchema& schema = *before->connector->options;
    const auto* created = std::get_if<ast::CreateConnection>(&before->statement.node);
    if (created == nullptr) return std::nullopt;

    // The merged options alone can be missing or conflicting; the new ones alone can be given twice.
    std::vector<ast::Option> elsewhere = created->options;
    for (ast::Option& option : elsewhere) move_spans(option, alter.name.span);
    ConnectionObject after = *before;
    after.options = bind_connector_options(context, *before->connector, alter.name.span,
                                           merge_options(schema, elsewhere, alter.options));
    if (!after.options) return std::nullopt;
    if (!check_users(context, *before, after, alter.name.span) ||
        !check_fixed_options(context, *before, after, alter.name.span))
        return std::nullopt;
    warn_of_ineffective_options(context, schema, alter.options);

    // Kept for SHOW CREATE. Its spans refer to the source of CREATE, so what ALTER brought has none.
    std::vector<ast::Option> brought = alter.options;
    for (ast::Option& option : brought) move_spans(option, {});
    std::vector<ast::Option> merged = merge_options(schema, created->options, brought);
    std::erase_if(merged, [](const ast::Option& option) {
        return std::holds_alternative<ast::OptionValue::Null>(option.value.node);
    });
    std::get<ast::CreateConnection>(after.statement.node).options = std::move(merged);

    BoundAlterConnection bound;
    bound.changed = changed_options(schema, *before, after);
    bound.object = std::move(after);
    return bound;
}

}  // namespace laminar
