#include "runtime/plan/stream/session_rows.h"

#include <fmt/format.h>

#include "runtime/plan/expressions/expression_tools.h"

namespace laminar {

std::string with_sessions(const std::string& rows, const std::vector<ast::Expression>& partition_keys,
                          const ast::Expression& gap_length) {
    std::string keys;
    for (const ast::Expression& key : partition_keys) keys += text_of(key) + ", ";
    const std::string partition = keys.empty() ? "" : "PARTITION BY " + keys.substr(0, keys.size() - 2) + " ";
    const std::string gap = text_of(gap_length);
    // Sessions are counted by RANGE: rows of the same time are in any order, but in the same session.
    return fmt::format(
        R"((SELECT * EXCLUDE ("__first", "__session"), {{'start': min("__key") OVER ({1}"__session"), 'end': max("__key") OVER ({1}"__session") + {2}}} AS "__window"
FROM (SELECT *, sum("__first") OVER ({0}ORDER BY "__key" RANGE UNBOUNDED PRECEDING) AS "__session"
FROM (SELECT *, CASE WHEN "__key" < lag("__key") OVER ({0}ORDER BY "__key") + {2} THEN 0 ELSE 1 END AS "__first" FROM {3} AS "__rows") AS "__rows") AS "__rows"))",
        partition, "PARTITION BY " + keys, gap, rows);
}

}  // namespace laminar
