#include "plan_fixture.h"

#include <stdexcept>

#include "catalog/bind/binder.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"

namespace laminar::test {

const PlannedQuery& PlanFixture::plan(const std::string& query, const std::string& before) {
    bound_ = bind(before + "CREATE PIPELINE planned AS " + query + ";");
    const auto& pipeline = std::get<PipelineObject>(std::get<BoundCreate>(bound_->node).object);
    return dynamic_cast<const PlannedQuery&>(*pipeline.facts);
}

BoundSubscribe PlanFixture::subscription(const std::string& query) {
    return std::get<BoundSubscribe>(bind("SUBSCRIBE TO (" + query + ");")->node);
}

std::shared_ptr<const BoundStatement> PlanFixture::bind(const std::string& script) {
    Catalog catalog;
    Diagnostics diagnostics;
    const auto source = std::make_shared<const SourceText>(
        "plan.sql", std::string("CREATE CONNECTION feed TO file (path = 'feed.ndjson');\n") + plan_tables + script);
    const ParsedScript parsed = parse_script(source, diagnostics);
    diagnostics.set_source(source);
    Binder binder(catalog, builtin_connectors(), *checker_, diagnostics);
    std::shared_ptr<const BoundStatement> last;
    for (const ast::Statement& statement : parsed.statements) {
        auto bound = binder.bind(source, statement);
        for (const Diagnostic& each : diagnostics.all()) {
            if (each.severity == Severity::error) throw std::runtime_error(each.message);
        }
        apply_to_catalog(*bound, catalog);
        last = std::make_shared<const BoundStatement>(std::move(*bound));
    }
    return last;
}

}  // namespace laminar::test
