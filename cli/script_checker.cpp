#include "cli/script_checker.h"

#include <memory>

#include "catalog/binder.h"
#include "cli/failed_names.h"
#include "cli/secret_findings.h"
#include "connectors/builtin_connectors.h"
#include "parser/parser.h"
#include "runtime/engine/engine.h"

namespace laminar {

Diagnostics check_script(const SourceTextPtr& source, const SecretResolver* secrets) {
    Diagnostics findings(source);
    const ParsedScript script = parse_script(source, findings);
    FailedNames failed;
    if (findings.has_errors()) failed.add_all_created_in(source->text());
    if (script.statements.empty()) return findings;

    Catalog catalog;
    const std::unique_ptr<QueryChecker> checker = make_query_checker();
    for (const ast::Statement& statement : script.statements) {
        Diagnostics own(source);
        Binder binder(catalog, builtin_connectors(), *checker, own);
        const std::optional<BoundStatement> bound = binder.bind(source, statement);
        if (bound) {
            apply_to_catalog(*bound, catalog);
        } else {
            failed.add(statement);
        }
        if (secrets) report_missing_secrets(statement, *secrets, own);
        for (const Diagnostic& diagnostic : own.all()) {
            if (!failed.explain(diagnostic)) findings.add(diagnostic);
        }
    }
    return findings;
}

}  // namespace laminar
