#include "parser/diagnostic/diagnostic_codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "parser/diagnostic/target_codes.h"

namespace laminar {
namespace {

struct CodeEntry {
    std::string_view code;
    std::string_view state;
    std::string_view title;
    std::string_view advice;
};

constexpr auto entries = std::to_array<CodeEntry>({
#define LAMINAR_DIAGNOSTIC_ENTRY(name, code, state, title, advice) {code, state, title, advice},
    LAMINAR_DIAGNOSTICS(LAMINAR_DIAGNOSTIC_ENTRY) LAMINAR_TARGET_DIAGNOSTICS(LAMINAR_DIAGNOSTIC_ENTRY)
#undef LAMINAR_DIAGNOSTIC_ENTRY
});

/// By their text: those of targets stand among the others.
constexpr auto codes = [] {
    std::array<DiagnosticCode, entries.size()> sorted{};
    for (std::size_t index = 0; index < sorted.size(); ++index) sorted[index] = static_cast<DiagnosticCode>(index);
    std::sort(sorted.begin(), sorted.end(), [](DiagnosticCode one, DiagnosticCode other) {
        return entries[static_cast<std::size_t>(one)].code < entries[static_cast<std::size_t>(other)].code;
    });
    return sorted;
}();

struct CodeGroup {
    char digit;
    std::string_view heading;
};

constexpr auto groups = std::to_array<CodeGroup>({
    {'1', "Text and syntax"},
    {'2', "Connections, tables, views, pipelines and functions"},
    {'3', "Options, secrets and settings"},
    {'4', "Queries and types"},
    {'5', "Risky but legal statements"},
    {'6', "Execution"},
    {'9', "Mistakes of Laminar"},
});

std::string_view heading_of(std::string_view code) {
    for (const CodeGroup& group : groups) {
        if (code[1] == group.digit) return group.heading;
    }
    return "Others";
}

/// Markdown would read the stars of a comment as emphasis.
std::string escape_stars(std::string_view text) {
    std::string escaped;
    for (const char byte : text) {
        if (byte == '*') escaped += '\\';
        escaped += byte;
    }
    return escaped;
}

const CodeEntry& entry_of(DiagnosticCode code) noexcept { return entries[static_cast<std::size_t>(code)]; }

}  // namespace

std::string_view diagnostic_code_text(DiagnosticCode code) noexcept { return entry_of(code).code; }

std::string_view diagnostic_sql_state(DiagnosticCode code) noexcept { return entry_of(code).state; }

std::string_view diagnostic_title(DiagnosticCode code) noexcept { return entry_of(code).title; }

std::string_view diagnostic_advice(DiagnosticCode code) noexcept { return entry_of(code).advice; }

std::span<const DiagnosticCode> all_diagnostic_codes() noexcept { return codes; }

std::string diagnostic_reference() {
    std::string page =
        "# Errors by code\n\n"
        "<!-- Generated from parser/diagnostic/diagnostic_codes.h: run parser_tests with LAMINAR_UPDATE=1. -->\n\n"
        "Every finding carries a stable code, shown as `error[L301]`, and `laminar check --format json` and `sarif` "
        "carry "
        "it too.\n"
        "A code never changes its meaning and is never used again.\n";
    std::string_view heading;
    for (const DiagnosticCode code : codes) {
        const CodeEntry& entry = entry_of(code);
        if (heading_of(entry.code) != heading) {
            heading = heading_of(entry.code);
            page += fmt::format("\n## {}\n", heading);
        }
        page += fmt::format("\n### {}: {}\n\n{}\n", entry.code, entry.title, escape_stars(entry.advice));
    }
    return page;
}

}  // namespace laminar
