#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "parser/diagnostic/diagnostic_json.h"
#include "runtime/check/script_checker.h"
#include "runtime/database/database_parts.h"
#include "server/http/answers/catalog_answer.h"
#include "server/http/answers/client_statement.h"

namespace laminar::http {

Answer check_answer(const TaskContext& context, const Request& request, const Caller& /*caller*/,
                    Session& /*session*/) {
    std::variant<SentSql, Error> sent = read_sql(request);
    if (const auto* error = std::get_if<Error>(&sent)) return error_answer(*error);
    const auto source = std::make_shared<const SourceText>("query", std::get<SentSql>(std::move(sent)).sql);
    ScriptChecker checker(nullptr);
    checker.start_from(context.database.catalog());
    const Diagnostics found = checker.check({source});
    std::vector<Diagnostic> findings = found.all();
    // In the order of the text, whatever was found first.
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; });
    const auto redact = [&](const std::string& text) {
        return context.database.parts().connections.secrets().redact(text);
    };
    std::string lines;
    for (Diagnostic& finding : findings) {
        finding.message = redact(finding.message);
        finding.hint = redact(finding.hint);
        lines += diagnostic_json(finding, source->name()) + "\n";
    }
    return {{.content_type = "application/x-ndjson"}, std::move(lines)};
}

}  // namespace laminar::http
