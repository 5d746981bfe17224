#include "runtime/check/script_checker.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "catalog/bind/binder.h"
#include "connectors/registry/builtin_connectors.h"
#include "runtime/check/secret_findings.h"
#include "runtime/engine/engine.h"
#include "runtime/session/known_functions.h"

namespace laminar {
namespace {

/// The catalog of one file, as it grows.
class FileCheck {
public:
    FileCheck(const SecretResolver* secrets, const Catalog* start, FailedNames failed)
        : secrets_(secrets), failed_(std::move(failed)) {
        if (!start) return;
        catalog_ = *start;
        KnownFunctions(*checker_).learn(catalog_);
    }

    /// Declarations of others: what is wrong with them has been reported.
    void declare(const ParsedScript& script) {
        for (const ast::Statement& statement : script.statements) {
            Diagnostics ignored(script.source);
            if (!bind(script.source, statement, ignored)) failed_.add(statement);
        }
    }

    void check(const ParsedScript& script, const ScriptChecker::OnPipeline& on_pipeline, Diagnostics& findings) {
        for (const ast::Statement& statement : script.statements) {
            Diagnostics own(script.source);
            const std::optional<BoundStatement> bound = bind(script.source, statement, own);
            if (bound) {
                use_.add(*bound);
                report_risks(*bound, statement, own);
                report_chosen_times(*bound, own);
                const auto* create = std::get_if<BoundCreate>(&bound->node);
                const auto* pipeline = create ? std::get_if<PipelineObject>(&create->object) : nullptr;
                if (on_pipeline && pipeline && !create->skipped) on_pipeline(*pipeline, catalog_, own);
            }
            if (secrets_) report_missing_secrets(statement, *secrets_, own);
            for (const Diagnostic& diagnostic : own.all()) {
                if (!failed_.explain(diagnostic)) findings.add(diagnostic);
            }
            // Only now: what refers to itself must not be its own explanation.
            if (!bound) failed_.add(statement);
        }
    }

    void report_unused_of(const SourceTextPtr& source, Diagnostics& findings) const {
        Diagnostics own(source);
        report_unused(catalog_, use_, source, own);
        for (const Diagnostic& diagnostic : own.all()) findings.add(diagnostic);
    }

    FailedNames& failed() noexcept { return failed_; }
    [[nodiscard]] const Catalog& catalog() const noexcept { return catalog_; }

private:
    std::optional<BoundStatement> bind(const SourceTextPtr& source, const ast::Statement& statement,
                                       Diagnostics& diagnostics) {
        Binder binder(catalog_, builtin_connectors(), *checker_, diagnostics);
        std::optional<BoundStatement> bound = binder.bind(source, statement);
        if (bound) apply_to_catalog(*bound, catalog_);
        return bound;
    }

    static void report_risks(const BoundStatement& bound, const ast::Statement& statement, Diagnostics& diagnostics) {
        if (const auto* create = std::get_if<BoundCreate>(&bound.node)) {
            if (const auto* connection = std::get_if<ConnectionObject>(&create->object))
                report_connection_risks(*connection, statement, diagnostics);
            if (create->connection)
                report_connection_risks(*create->connection, create->connection->statement, diagnostics);
            report_table_risks(statement, diagnostics);
        } else if (const auto* alter = std::get_if<BoundAlterConnection>(&bound.node)) {
            report_connection_risks(alter->object, statement, diagnostics);
        }
    }

    const SecretResolver* secrets_;
    const std::unique_ptr<QueryChecker> checker_ = make_query_checker();
    Catalog catalog_;
    FailedNames failed_;
    ObjectUse use_;
};

}  // namespace

Diagnostics ScriptChecker::add_declarations(const ScriptParts& parts) { return check(parts, nullptr, &shared_); }

Diagnostics ScriptChecker::check(const ScriptParts& parts, std::vector<ConnectionObject>* connections) const {
    return check(parts, connections, nullptr);
}

Diagnostics ScriptChecker::check(const ScriptParts& parts, std::vector<ConnectionObject>* connections,
                                 Declarations* kept) const {
    Diagnostics findings;
    std::vector<ParsedScript> scripts;
    FailedNames failed = shared_.failed;
    for (const SourceTextPtr& part : parts) {
        Diagnostics problems(part);
        scripts.push_back(parse_script(part, problems));
        if (problems.has_errors()) failed.add_all_created_in(part->text());
        for (const Diagnostic& diagnostic : problems.all()) findings.add(diagnostic);
    }
    FileCheck file(secrets_, start_.get(), std::move(failed));
    for (const ParsedScript& script : shared_.scripts) file.declare(script);
    for (const ParsedScript& script : scripts) file.check(script, kept ? OnPipeline() : on_pipeline_, findings);
    // What looks unused may be used by what has errors. Shared declarations are there for others.
    if (!findings.has_errors() && !kept) {
        for (const SourceTextPtr& part : parts) file.report_unused_of(part, findings);
    }
    if (connections) {
        for (const CatalogObject* object : file.catalog().objects(ast::ObjectKind::connection)) {
            const auto& connection = std::get<ConnectionObject>(*object);
            if (std::find(parts.begin(), parts.end(), connection.source) != parts.end())
                connections->push_back(connection);
        }
    }
    if (kept) {
        kept->failed = std::move(file.failed());
        std::move(scripts.begin(), scripts.end(), std::back_inserter(kept->scripts));
    }
    return findings;
}

}  // namespace laminar
