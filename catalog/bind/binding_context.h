#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/bind/bound_statement.h"
#include "catalog/objects/catalog.h"
#include "catalog/objects/connector_registry.h"
#include "catalog/options/option_schema.h"
#include "parser/diagnostic/diagnostic.h"

namespace laminar {

/// What binding one statement works with. Internal to the binder; all borrowed.
struct BindingContext {
    const Catalog& catalog;
    const ConnectorRegistry& registry;
    QueryChecker& checker;
    Diagnostics& diagnostics;
    const SourceTextPtr& source;
    const ast::Statement& statement;  ///< The one that is bound: becomes part of the objects it makes.
    bool warn_of_ineffective_options = false;
    bool explained = false;  ///< Within EXPLAIN: nothing will come of it.

    void error(DiagnosticCode code, SourceSpan span, std::string message, std::string hint = {}) const {
        diagnostics.error(code, span, std::move(message), std::move(hint));
    }
};

/// What becomes of a CREATE in view of what is there.
enum class Creation : std::uint8_t { proceed, replace, skip, refused };

/// Reports why not when refused.
[[nodiscard]] Creation check_creation(const BindingContext& context, ast::ObjectKind kind, const ast::Identifier& name,
                                      bool or_replace, bool if_not_exists);
/// The end of every CREATE that is not refused. query: of a view, a pipeline or CREATE TABLE AS.
[[nodiscard]] BoundCreate bound_create(Creation creation, CatalogObject object,
                                       std::optional<BoundQuery> query = std::nullopt);
/// Fills name, source and statement.
void define(const BindingContext& context, const ast::Identifier& name, Definition& definition);

/// The object of a name; null after reporting that there is none, with suggestions among those of the wanted kinds.
[[nodiscard]] const CatalogObject* find_object(const BindingContext& context, const ast::Identifier& name,
                                               const std::vector<ast::ObjectKind>& kinds);
/// The connection of a name; null after reporting.
[[nodiscard]] const ConnectionObject* find_connection(const BindingContext& context, std::string_view name,
                                                      SourceSpan span);

/// The options of a connection, checked and completed with what they name (ConnectorDescriptor::complete); null after
/// reporting. span: of the connector's name, where what is missing is reported.
[[nodiscard]] std::shared_ptr<const ConnectorOptions> bind_connector_options(const BindingContext& context,
                                                                             const ConnectorDescriptor& connector,
                                                                             SourceSpan span,
                                                                             const std::vector<ast::Option>& options);

/// "view \"a\", pipeline \"b\"".
[[nodiscard]] std::string list_objects(const std::vector<const CatalogObject*>& objects);
/// "a, b and c" with each in quotes.
[[nodiscard]] std::string list_names(const std::vector<std::string>& names);
/// a or an, and the kind.
[[nodiscard]] std::string kind_with_article(ast::ObjectKind kind);

/// Everything that refers to an object, directly or through others, in order of creation.
[[nodiscard]] std::vector<const CatalogObject*> all_users_of(const Catalog& catalog, ast::ObjectKind kind,
                                                             std::string_view name);

/// Warns (L501) about given options that do nothing in this build, where the context asks for it.
void warn_of_ineffective_options(const BindingContext& context, const OptionSchema& schema,
                                 const std::vector<ast::Option>& options);

/// The declared functions that an expression calls.
[[nodiscard]] std::vector<std::string> called_functions(const Catalog& catalog, const ast::Expression& expression);
/// Reports an expression, part of no query, that becomes too large when the functions it calls are expanded.
[[nodiscard]] bool check_expansion(const BindingContext& context, const ast::Expression& expression);
/// Reports the views and functions that a new definition of what they use, which is in changed, makes useless; false
/// then.
[[nodiscard]] bool check_users(const BindingContext& context, const CatalogObject& replacement, SourceSpan span);
/// Where a query names a relation; nullopt when it does not do so itself (a view it reads may).
[[nodiscard]] std::optional<SourceSpan> find_reference(const ast::Query& query, std::string_view name);

// One for each kind of statement; nullopt after reporting errors.
std::optional<BoundStatementNode> bind_create_connection(const BindingContext& context,
                                                         const ast::CreateConnection& create);
std::optional<BoundStatementNode> bind_alter_connection(const BindingContext& context,
                                                        const ast::AlterConnection& alter);
std::optional<BoundStatementNode> bind_create_table(const BindingContext& context, const ast::CreateTable& create);
std::optional<BoundStatementNode> bind_create_view(const BindingContext& context, const ast::CreateView& create);
std::optional<BoundStatementNode> bind_create_pipeline(const BindingContext& context,
                                                       const ast::CreatePipeline& create);
std::optional<BoundStatementNode> bind_create_function(const BindingContext& context,
                                                       const ast::CreateFunction& create);
std::optional<BoundStatementNode> bind_insert(const BindingContext& context, const ast::Insert& insert);
std::optional<BoundStatementNode> bind_drop(const BindingContext& context, const ast::Drop& drop);
std::optional<BoundStatementNode> bind_select(const BindingContext& context, const ast::SelectStatement& select);
std::optional<BoundStatementNode> bind_subscribe(const BindingContext& context, const ast::Subscribe& subscribe);
std::optional<BoundStatementNode> bind_wait_for(const BindingContext& context, const ast::WaitFor& wait);
std::optional<BoundStatementNode> bind_pause_resume(const BindingContext& context, const ast::PauseResume& pause);
std::optional<BoundStatementNode> bind_show(const BindingContext& context, const ast::Show& show);
std::optional<BoundStatementNode> bind_show_create(const BindingContext& context, const ast::ShowCreate& show);
std::optional<BoundStatementNode> bind_describe(const BindingContext& context, const ast::Describe& describe);
std::optional<BoundStatementNode> bind_set(const BindingContext& context, const ast::Set& set);

/// The target of INSERT and of a pipeline: a table that can be written to; null after reporting.
[[nodiscard]] const TableObject* find_sink(const BindingContext& context, const ast::Identifier& name);
/// The same for rows that have these columns, each once, whatever their values are.
[[nodiscard]] const TableObject* find_sink_of_columns(const BindingContext& context, const ast::Identifier& name,
                                                      const std::vector<ast::Identifier>& columns);
/// Checks that a query's columns fit a sink's (those listed, or all), by position. False after reporting.
bool check_sink_columns(const BindingContext& context, const TableObject& sink,
                        const std::vector<ast::Identifier>& listed, SourceSpan span, const BoundQuery& query,
                        const ast::Query& written);

}  // namespace laminar
