#include "catalog/objects/catalog_object.h"

#include "catalog/options/option_schema.h"

namespace laminar {
namespace {

bool has_role(const ConnectionObject& connection, std::string_view role) {
    if (connection.connector->role_option.empty() || !connection.options) return true;
    const auto value = connection.connector->options->value_of(*connection.options, connection.connector->role_option);
    const auto* text = value ? std::get_if<std::string>(&*value) : nullptr;
    return text == nullptr || *text == role;
}

}  // namespace

bool can_read(const ConnectionObject& connection) {
    return connection.connector != nullptr && connection.connector->is_source && has_role(connection, "source");
}

bool can_write(const ConnectionObject& connection) {
    return connection.connector != nullptr && connection.connector->is_sink && has_role(connection, "sink");
}

const Definition& definition_of(const CatalogObject& object) noexcept {
    return *std::visit([](const auto& each) -> const Definition* { return &each; }, object);
}

ast::ObjectKind kind_of(const CatalogObject& object) noexcept {
    struct Kind {
        ast::ObjectKind operator()(const ConnectionObject&) const { return ast::ObjectKind::connection; }
        ast::ObjectKind operator()(const TableObject&) const { return ast::ObjectKind::table; }
        ast::ObjectKind operator()(const ViewObject&) const { return ast::ObjectKind::view; }
        ast::ObjectKind operator()(const PipelineObject&) const { return ast::ObjectKind::pipeline; }
        ast::ObjectKind operator()(const FunctionObject&) const { return ast::ObjectKind::function; }
    };
    return std::visit(Kind{}, object);
}

std::string_view kind_name(ast::ObjectKind kind) noexcept {
    switch (kind) {
        case ast::ObjectKind::connection:
            return "connection";
        case ast::ObjectKind::table:
            return "table";
        case ast::ObjectKind::view:
            return "view";
        case ast::ObjectKind::pipeline:
            return "pipeline";
        case ast::ObjectKind::function:
            return "function";
    }
    return "object";
}

}  // namespace laminar
