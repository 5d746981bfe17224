#include "runtime/check/risk_findings.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "catalog/bind/table_options.h"
#include "catalog/options/clear_secrets.h"
#include "catalog/options/given_options.h"
#include "catalog/options/option_schema.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

const std::vector<ast::Option>& options_of(const ast::Statement& statement) {
    static const std::vector<ast::Option> none;
    if (const auto* create = std::get_if<ast::CreateConnection>(&statement.node)) return create->options;
    if (const auto* alter = std::get_if<ast::AlterConnection>(&statement.node)) return alter->options;
    return none;
}

void report_clear_secrets(const OptionSchema& schema, const std::vector<ast::Option>& options,
                          Diagnostics& diagnostics) {
    for_each_clear_secret(schema, options, [&](SourceSpan span, const std::string& what) {
        diagnostics.warning(DiagnosticCode::secret_in_clear, span, fmt::format("{} is written in clear", what),
                            std::string(use_a_secret));
    });
}

class ConnectionRisks {
public:
    ConnectionRisks(const ConnectionObject& connection, const ast::Statement& statement, Diagnostics& diagnostics)
        : connection_(connection),
          schema_(*connection.connector->options),
          given_(schema_, options_of(statement)),
          statement_(statement),
          diagnostics_(diagnostics) {}

    void report() const {
        report_clear_secrets(schema_, options_of(statement_), diagnostics_);
        for (OptionRisk& risk : connector_of(connection_).risks(connection_, given_)) {
            diagnostics_.warning(risk.code, span_of(risk.option), std::move(risk.message), std::move(risk.hint));
        }
    }

private:
    /// Where a finding is shown: at the option's value, or at the statement when ALTER does not give the option.
    [[nodiscard]] SourceSpan span_of(std::string_view name) const {
        const ast::Option* option = given_.find(name);
        return option ? option->value.span : statement_.span;
    }

    const ConnectionObject& connection_;
    const OptionSchema& schema_;
    const GivenOptions given_;
    const ast::Statement& statement_;
    Diagnostics& diagnostics_;
};

SourceSpan name_span(const Definition& definition) {
    return std::visit(
        [&]<class Node>(const Node& node) {
            if constexpr (requires { node.if_not_exists; }) {
                return node.name.span;
            } else {
                return definition.statement.span;
            }
        },
        definition.statement.node);
}

}  // namespace

void report_connection_risks(const ConnectionObject& connection, const ast::Statement& statement,
                             Diagnostics& diagnostics) {
    if (connection.connector && connection.options) ConnectionRisks(connection, statement, diagnostics).report();
}

void report_table_risks(const ast::Statement& statement, Diagnostics& diagnostics) {
    if (const auto* create = std::get_if<ast::CreateTable>(&statement.node))
        report_clear_secrets(table_option_schema(), create->options, diagnostics);
}

void report_chosen_times(const BoundStatement& statement, Diagnostics& diagnostics) {
    const auto report = [&](const BoundQuery& query) {
        for (const ChosenTime& time : query.chosen_times) {
            if (time.by_arrival)
                diagnostics.note(DiagnosticCode::time_chosen, time.span,
                                 fmt::format("it goes by the time of arrival, {}", time.column),
                                 "name another time, or declare one: WATERMARK FOR ts");
            else
                diagnostics.note(DiagnosticCode::time_chosen, time.span,
                                 fmt::format("it goes by the event time, {}", time.column));
        }
    };
    if (const auto* create = std::get_if<BoundCreate>(&statement.node); create && create->query) report(*create->query);
    if (const auto* select = std::get_if<BoundSelect>(&statement.node)) report(select->query);
    if (const auto* insert = std::get_if<BoundInsert>(&statement.node)) report(insert->query);
    if (const auto* subscription = std::get_if<BoundSubscribe>(&statement.node)) report(subscription->query);
}

void ObjectUse::add(const BoundQuery& query) {
    has_consumers_ = true;
    for (const auto* names : {&query.dependencies, &query.connection_tests}) {
        for (const std::string& name : *names) names_.insert(fold_case(name));
    }
}

void ObjectUse::add(const BoundStatement& statement) {
    if (const auto* select = std::get_if<BoundSelect>(&statement.node)) add(select->query);
    if (const auto* insert = std::get_if<BoundInsert>(&statement.node)) add(insert->query);
    if (const auto* subscription = std::get_if<BoundSubscribe>(&statement.node)) add(subscription->query);
    if (const auto* explain = std::get_if<std::shared_ptr<BoundExplain>>(&statement.node)) add((*explain)->statement);
    if (const auto* wait = std::get_if<BoundWaitFor>(&statement.node)) {
        has_consumers_ = true;
        names_.insert(fold_case(wait->name));
    }
    if (const auto* create = std::get_if<BoundCreate>(&statement.node)) {
        const ast::ObjectKind kind = kind_of(create->object);
        has_consumers_ = has_consumers_ || (kind != ast::ObjectKind::connection && kind != ast::ObjectKind::function);
    }
}

bool ObjectUse::contains(std::string_view name) const { return names_.contains(fold_case(name)); }

void report_unused(const Catalog& catalog, const ObjectUse& use, const SourceTextPtr& source,
                   Diagnostics& diagnostics) {
    for (const ast::ObjectKind kind : {ast::ObjectKind::connection, ast::ObjectKind::pipeline}) {
        for (const CatalogObject* object : catalog.objects(kind)) {
            const Definition& definition = definition_of(*object);
            if (definition.source != source || use.contains(definition.name) ||
                !catalog.users_of(kind, definition.name).empty()) {
                continue;
            }
            const auto* pipeline = std::get_if<PipelineObject>(object);
            if (pipeline && pipeline->sink.empty()) {
                diagnostics.warning(DiagnosticCode::pipeline_without_sink, name_span(definition),
                                    fmt::format("pipeline \"{}\" has no sink: its rows are printed", definition.name),
                                    "write INSERT INTO table after AS; a table over a stdout connection prints rows on "
                                    "purpose");
            } else if (!pipeline && use.has_consumers()) {
                diagnostics.warning(DiagnosticCode::unused_connection, name_span(definition),
                                    fmt::format("nothing uses connection \"{}\"", definition.name),
                                    "it is never opened; remove it, or read from it");
            }
        }
    }
}

}  // namespace laminar
