#include "catalog/bind/inline_connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/bind/table_options.h"
#include "catalog/validation/option_spans.h"
#include "catalog/validation/option_validator.h"
#include "catalog/validation/option_value_reader.h"
#include "parser/text/ascii.h"
#include "parser/text/name_suggester.h"

namespace laminar {
namespace {

const ast::Option* connector_option(const ast::CreateTable& create) {
    for (const ast::Option& option : create.options) {
        const OptionDeclaration* declaration = table_option_schema().find(option.name.text);
        if (declaration != nullptr && declaration->name == "connector") return &option;
    }
    return nullptr;
}

std::string text_of(const ast::OptionValue& value) {
    if (const auto* text = std::get_if<ast::OptionValue::String>(&value.node)) return text->text;
    if (const auto* name = std::get_if<ast::OptionValue::Name>(&value.node)) return name->text;
    return {};
}

bool can_take(const OptionDeclaration& option, const ast::OptionValue& value) {
    Diagnostics ignored;
    return read_option_value(option, value, ignored).has_value();
}

/// A name that nothing else has: that of the connection which goes with an earlier table of that name is its own again.
std::string free_name(const Catalog& catalog, const std::string& table) {
    const auto* replaced = catalog.find_as<TableObject>(table);
    if (const ConnectionObject* left = replaced == nullptr ? nullptr : own_connection(catalog, *replaced))
        return left->name;
    std::string name = table + ".connection";
    for (int number = 2; catalog.find(name) != nullptr; ++number) name = fmt::format("{}.connection{}", table, number);
    return name;
}

/// mode = 'client' where there is an endpoint: what the options that are given leave no choice about.
void add_what_is_plain(const OptionSchema& schema, std::vector<ast::Option>& options) {
    const auto is_given = [&](const OptionDeclaration& option) {
        return std::any_of(options.begin(), options.end(),
                           [&](const ast::Option& each) { return option.is_named(each.name.text); });
    };
    for (const OptionDeclaration& option : schema.options()) {
        if (!option.facts.required || is_given(option)) continue;
        const std::vector<ast::Option> given = options;
        for (const ast::Option& each : given) {
            const OptionDeclaration* declaration = schema.find(each.name.text);
            if (declaration == nullptr || is_given(option)) continue;
            for (const OptionCondition& condition : declaration->facts.applies_when) {
                if (condition.option != option.name || condition.values.size() != 1) continue;
                ast::OptionValue value{each.name.span, ast::OptionValue::String{std::string(condition.values.front())}};
                options.push_back({{std::string(option.name), false, each.name.span}, std::move(value), each.span});
                break;
            }
        }
    }
}

struct Parted {
    std::vector<ast::Option> of_table;
    std::vector<ast::Option> of_connection;
    bool good = true;
};

/// An option that both have is the connection's where that can take the value.
Parted part_options(const BindingContext& context, const ast::CreateTable& create, const OptionSchema& connection) {
    const OptionSchema& table = table_option_schema();
    Parted parted;
    for (const ast::Option& option : create.options) {
        const OptionDeclaration* of_table = table.find(option.name.text);
        const OptionDeclaration* of_connection = connection.find(option.name.text);
        if (of_connection != nullptr && (of_table == nullptr || can_take(*of_connection, option.value))) {
            parted.of_connection.push_back(option);
        } else if (of_table != nullptr) {
            parted.of_table.push_back(option);
        } else {
            std::vector<std::string> names;
            for (const OptionSchema* schema : {&connection, &table}) {
                for (const OptionDeclaration& each : schema->options()) names.emplace_back(each.name);
            }
            context.error(
                DiagnosticCode::unknown_option, option.name.span,
                fmt::format("neither {} nor a table has an option \"{}\"", connection.subject(), option.name.text),
                did_you_mean(option.name.text, names));
            parted.good = false;
        }
    }
    return parted;
}

/// Those of the shared connection that the table does not give itself; what is said of them is said at span.
void add_shared_options(const ConnectionObject& shared, SourceSpan span, std::vector<ast::Option>& options) {
    const auto* created = std::get_if<ast::CreateConnection>(&shared.statement.node);
    if (created == nullptr) return;
    const std::vector<ast::Option> given = options;
    for (ast::Option option : created->options) {
        const OptionDeclaration* declaration = shared.connector->options->find(option.name.text);
        const bool is_given = std::any_of(given.begin(), given.end(), [&](const ast::Option& each) {
            return declaration != nullptr && declaration->is_named(each.name.text);
        });
        if (is_given) continue;
        move_spans(option, span);
        options.push_back(std::move(option));
    }
}

}  // namespace

const ConnectorDescriptor* inline_connector(const BindingContext& context, const ast::CreateTable& create) {
    const ast::Option* option = connector_option(create);
    if (option == nullptr) return nullptr;
    const std::string name = text_of(option->value);
    return name.empty() || context.catalog.find(name) != nullptr ? nullptr : context.registry.find(name);
}

const ConnectionObject* shared_connection(const BindingContext& context, const ast::CreateTable& create) {
    const ast::Option* option = connector_option(create);
    if (option == nullptr) return nullptr;
    const auto* named = context.catalog.find_as<ConnectionObject>(text_of(option->value));
    return named != nullptr && named->connector != nullptr && !can_read(*named) && !can_write(*named) ? named : nullptr;
}

std::optional<InlineConnection> bind_inline_connection(const BindingContext& context, const ast::CreateTable& create,
                                                       const ConnectorDescriptor& connector,
                                                       const ConnectionObject* shared) {
    const ast::Option& named = *connector_option(create);
    Parted parted = part_options(context, create, *connector.options);
    add_what_is_plain(*connector.options, parted.of_connection);
    const std::vector<ast::Option> own = parted.of_connection;
    if (shared != nullptr) add_shared_options(*shared, named.value.span, parted.of_connection);
    InlineConnection result;
    ConnectionObject& connection = result.connection;
    connection.connector = &connector;
    connection.table = create.name.text;
    connection.options = bind_connector_options(context, connector, named.value.span, parted.of_connection);
    if (!connection.options || !parted.good) return std::nullopt;
    warn_of_ineffective_options(context, *connector.options, own);
    ast::CreateConnection declaration;
    declaration.name = {free_name(context.catalog, create.name.text), true, create.name.span};
    declaration.connector = {std::string(connector.name), false, named.value.span};
    declaration.options = std::move(parted.of_connection);
    define(context, declaration.name, connection);
    connection.statement.node = std::move(declaration);
    for (ast::Option& option : parted.of_table) {
        if (option.name.span.begin == named.name.span.begin)
            option.value.node = ast::OptionValue::String{connection.name};
    }
    result.table_options = std::move(parted.of_table);
    return result;
}

const ConnectionObject* own_connection(const Catalog& catalog, const TableObject& table) {
    const auto* connection = table.is_stored() ? nullptr : catalog.find_as<ConnectionObject>(table.options.connector);
    const bool is_own = connection != nullptr && equals_ignoring_case(connection->table, table.name);
    return is_own ? connection : nullptr;
}

}  // namespace laminar
