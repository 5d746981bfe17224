#include "catalog/bind/binder.h"

#include "catalog/bind/binding_context.h"

namespace laminar {
namespace {

struct StatementBinder {
    const BindingContext& context;

    std::optional<BoundStatementNode> operator()(const ast::CreateConnection& node) const {
        return bind_create_connection(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::AlterConnection& node) const {
        return bind_alter_connection(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::CreateTable& node) const {
        return bind_create_table(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::CreateView& node) const {
        return bind_create_view(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::CreatePipeline& node) const {
        return bind_create_pipeline(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::CreateFunction& node) const {
        return bind_create_function(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::Insert& node) const { return bind_insert(context, node); }
    std::optional<BoundStatementNode> operator()(const ast::SelectStatement& node) const {
        return bind_select(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::Subscribe& node) const {
        return bind_subscribe(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::WaitFor& node) const {
        return bind_wait_for(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::PauseResume& node) const {
        return bind_pause_resume(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::Drop& node) const { return bind_drop(context, node); }
    std::optional<BoundStatementNode> operator()(const ast::Show& node) const { return bind_show(context, node); }
    std::optional<BoundStatementNode> operator()(const ast::ShowCreate& node) const {
        return bind_show_create(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::Describe& node) const {
        return bind_describe(context, node);
    }
    std::optional<BoundStatementNode> operator()(const ast::Set& node) const { return bind_set(context, node); }
    // Binder::bind has taken EXPLAIN apart already.
    std::optional<BoundStatementNode> operator()(const ast::Explain&) const { return std::nullopt; }
};

bool runs_a_query(const BoundStatement& statement) {
    const auto* create = std::get_if<BoundCreate>(&statement.node);
    return std::holds_alternative<BoundSelect>(statement.node) || std::holds_alternative<BoundInsert>(statement.node) ||
           std::holds_alternative<BoundSubscribe>(statement.node) || (create != nullptr && create->query);
}

}  // namespace

Binder::Binder(const Catalog& catalog, const ConnectorRegistry& registry, QueryChecker& checker,
               Diagnostics& diagnostics)
    : catalog_(catalog), registry_(registry), checker_(checker), diagnostics_(diagnostics) {}

std::optional<BoundStatement> Binder::bind(const SourceTextPtr& source, const ast::Statement& statement) {
    return bind(source, statement, false);
}

std::optional<BoundStatement> Binder::bind(const SourceTextPtr& source, const ast::Statement& statement,
                                           bool explained) {
    diagnostics_.set_source(source);
    if (const auto* explain = std::get_if<ast::Explain>(&statement.node)) {
        if (!explain->statement) return std::nullopt;
        if (std::holds_alternative<ast::Explain>(explain->statement->node)) {
            diagnostics_.error(DiagnosticCode::syntax_error, explain->statement->span,
                               "EXPLAIN cannot explain EXPLAIN");
            return std::nullopt;
        }
        std::optional<BoundStatement> inner = bind(source, *explain->statement, true);
        if (!inner) return std::nullopt;
        if (!runs_a_query(*inner)) {
            diagnostics_.error(DiagnosticCode::execution_failed, statement.span,
                               "there is nothing to explain: the statement runs no query",
                               "EXPLAIN takes SELECT, INSERT, SUBSCRIBE, CREATE VIEW and CREATE PIPELINE");
            return std::nullopt;
        }
        auto bound = std::make_shared<BoundExplain>();
        bound->analyze = explain->analyze;
        bound->statement = std::move(*inner);
        return BoundStatement{statement.span, std::move(bound)};
    }
    const std::size_t errors_before = diagnostics_.error_count();
    const BindingContext context{
        catalog_, registry_, checker_, diagnostics_, source, statement, warn_of_ineffective_options_, explained};
    std::optional<BoundStatementNode> node = std::visit(StatementBinder{context}, statement.node);
    if (!node || diagnostics_.error_count() != errors_before) return std::nullopt;
    return BoundStatement{statement.span, std::move(*node)};
}

const TableObject* Binder::find_sink(const std::string& name, const std::vector<std::string>& columns) {
    const SourceTextPtr source;
    const ast::Statement statement;
    const BindingContext context{catalog_, registry_, checker_, diagnostics_, source, statement};
    std::vector<ast::Identifier> listed;
    for (const std::string& column : columns) listed.push_back({column, true, {}});
    return find_sink_of_columns(context, {name, true, {}}, listed);
}

void restore_functions(const BoundStatement& statement, const Catalog& catalog, QueryChecker& checker) {
    const auto restore = [&](const std::string& name) {
        Diagnostics ignored;  // It was good before.
        if (const FunctionObject* function = catalog.find_function(name))
            static_cast<void>(checker.define_function(*function, ignored));
        else
            checker.drop_function(name);
    };
    if (const auto* create = std::get_if<BoundCreate>(&statement.node)) {
        if (kind_of(create->object) == ast::ObjectKind::function && !create->skipped)
            restore(definition_of(create->object).name);
    } else if (const auto* drop = std::get_if<BoundDrop>(&statement.node)) {
        for (const BoundDrop::Target& target : drop->targets) {
            if (target.kind == ast::ObjectKind::function) restore(target.name);
        }
    }
}

void apply_to_catalog(const BoundStatement& statement, Catalog& catalog) {
    if (const auto* create = std::get_if<BoundCreate>(&statement.node)) {
        if (create->skipped) return;
        if (create->connection) catalog.put(*create->connection);
        catalog.put(create->object);
        if (!create->left_connection.empty()) catalog.drop(ast::ObjectKind::connection, create->left_connection);
    } else if (const auto* alter = std::get_if<BoundAlterConnection>(&statement.node)) {
        catalog.put(alter->object);
    } else if (const auto* drop = std::get_if<BoundDrop>(&statement.node)) {
        for (const BoundDrop::Target& target : drop->targets) catalog.drop(target.kind, target.name);
    }
}

}  // namespace laminar
