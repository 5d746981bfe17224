#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "catalog/objects/catalog.h"
#include "catalog/options/secret_resolver.h"
#include "parser/diagnostic/diagnostic.h"
#include "parser/read/parser.h"
#include "runtime/check/failed_names.h"
#include "runtime/check/risk_findings.h"

namespace laminar {

/// A file to check: one source for a script, one for each SQL block of a Markdown file. All share one catalog.
using ScriptParts = std::vector<SourceTextPtr>;

/// Checks files without network and without writing anything: parses them and binds their statements in order against a
/// catalog that starts empty, or as another is, or with shared declarations. An object whose definition has errors is
/// not reported again where later statements refer to it. Not thread-safe.
class ScriptChecker {
public:
    /// A pipeline without errors, with the catalog as it is then. What is reported is a finding of the file.
    using OnPipeline = std::function<void(const PipelineObject&, const Catalog&, Diagnostics&)>;

    /// secrets, when given, must know every secret a file refers to. Borrowed.
    explicit ScriptChecker(const SecretResolver* secrets) : secrets_(secrets) {}

    /// What there is already when a file begins.
    void start_from(std::shared_ptr<const Catalog> catalog) { start_ = std::move(catalog); }

    /// Whom the files that are checked from now on tell of their pipelines; nobody without.
    void set_on_pipeline(OnPipeline on_pipeline) { on_pipeline_ = std::move(on_pipeline); }

    /// Adds declarations that every file checked later can refer to, and returns what is wrong with them.
    [[nodiscard]] Diagnostics add_declarations(const ScriptParts& parts);

    /// connections, when given, receives the connections that the file declares.
    [[nodiscard]] Diagnostics check(const ScriptParts& parts,
                                    std::vector<ConnectionObject>* connections = nullptr) const;

private:
    struct Declarations {
        std::vector<ParsedScript> scripts;
        FailedNames failed;
    };

    [[nodiscard]] Diagnostics check(const ScriptParts& parts, std::vector<ConnectionObject>* connections,
                                    Declarations* kept) const;

    const SecretResolver* secrets_;
    std::shared_ptr<const Catalog> start_;
    Declarations shared_;
    OnPipeline on_pipeline_;
};

}  // namespace laminar
