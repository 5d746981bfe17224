#include "runtime/plan/flink/notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace laminar::flink {

std::string as_code(std::string_view text) {
    std::string line;
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
        // A cell of a table ends at a bar, and a line at a line feed.
        if (c == '|') line += '\\';
        line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    const std::string fence(longest + 1, '`');
    return longest > 0 ? fmt::format("{} {} {}", fence, line, fence) : fence + line + fence;
}

namespace {

std::string codes(const std::vector<std::string>& names) {
    std::vector<std::string> written;
    for (const std::string& name : names) written.push_back(as_code(name));
    return fmt::format("{}", fmt::join(written, ", "));
}

constexpr const char* general_differences = R"(
## What is the same, and what is not

Values are the same: divisions, casts, NULL in functions, regular expressions and weeks are written so that Flink computes what Laminar
does, and what could not be written so was refused. What remains:

* **Errors.** A value that has no result (a number out of range, a text that is no number) leaves its row out in Laminar, and ends the job
  in Flink. It never becomes another value. A DECIMAL that grows beyond its digits within an expression goes on with more of them in Flink,
  and is looked at where it is stored.
* **Keys.** A result that changes goes to a topic by its key. A row with NULL in it ends the job: leave such rows out with WHERE.
* **Infinity** is `null` in the JSON of Laminar, and `"Infinity"` in that of Flink.
* **Late rows.** Both leave out rows whose window has been answered. The watermark is made of each row in both, but of each partition of a topic in
  Flink: with several partitions other rows are late. A late row of a session joins the session in Flink if that is still open. A late row of an outer
  join comes without a partner in Flink, and is left out in Laminar.
* **Silence.** When nothing comes for the time of `watermark_idle_ms`, Laminar's windows end; in Flink a partition without rows holds others back no longer, but
  windows wait for the next row of any.
* **Ties.** Which of rows with equal sort keys ROW_NUMBER and ASOF JOIN take is not defined in either.
* **Order.** Rows of one key come in their order, rows of several keys in any. Compare results as multisets.
* **Floating-point numbers.** Sums and functions of DOUBLE may differ in the last digits; Laminar adds up exactly.
* **State.** Laminar's `state_limit` has no equal: set `table.exec.state.ttl` where results change for good.
)";

}  // namespace

std::string write_notes(const Notes& notes) {
    std::string text =
        "# Notes on this export\n\nWritten by `laminar export --target flink`. Change the script and export it anew "
        "rather than these files.\n";
    text += "\n## What runs where\n\n";
    text +=
        "* Laminar speaks to the WebSockets, decodes and checks messages, and writes their rows to topics: "
        "`ingest.sql`. It needs the declarations of the connections "
        "and tables before it: `laminar run declarations.sql ingest.sql`, where the first is the script without its "
        "pipelines. It also needs a Laminar that has the "
        "connector `kafka`: with one that has not, `ingest.sql` is refused (L205).\n";
    text += "* Flink runs " + (notes.pipelines.empty() ? std::string("nothing") : codes(notes.pipelines)) +
            ": `pipelines.sql`.\n";
    if (!notes.left.empty()) text += "* Laminar goes on running " + codes(notes.left) + ", which were not exported.\n";
    text +=
        "\n## Topics\n\nTo be created before either starts. One partition keeps all rows in one order; with more, "
        "write rows of one key to one partition.\n\n"
        "| topic | rows of | written by | cleanup.policy | key |\n|---|---|---|---|---|\n";
    for (const Topic& topic : notes.topics) {
        text += fmt::format("| {} | {} | {} | `{}` | {} |\n", as_code(topic.name), as_code(topic.table),
                            topic.is_read ? "Laminar" : "Flink", topic.key.empty() ? "delete" : "compact",
                            codes(topic.key));
    }
    text +=
        "\nEach message is a JSON object. Times are in UTC, as `2026-01-02T03:04:05.678Z`; event times have "
        "milliseconds, others up to microseconds. Numbers are "
        "numbers, structures and JSON are nested objects.\n";
    text += general_differences;
    if (!notes.warnings.empty()) {
        text += "\n## In this script\n\n";
        for (const std::string& warning : notes.warnings) text += "* " + warning + "\n";
    }
    return text;
}

}  // namespace laminar::flink
