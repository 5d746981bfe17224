#include "query_file.h"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace laminar::test {

namespace {

/// What follows a keyword at the start of a line.
std::optional<std::string> after(const std::string& line, std::string_view keyword) {
    if (!line.starts_with(keyword)) return std::nullopt;
    return line.substr(keyword.size());
}

void drop_semicolon(std::string& sql) {
    const std::size_t end = sql.find_last_not_of(" \n;");
    sql.resize(end == std::string::npos ? 0 : end + 1);
}

SessionRule session_rule(const std::string& text) {
    const std::size_t colon = text.find(": ");
    SessionRule rule{text.substr(0, colon), {}, {}, "true"};
    std::string* const parts[] = {&rule.keys, &rule.gap, &rule.condition};
    std::size_t from = colon + 2;
    for (std::string* part : parts) {
        const std::size_t end = text.find("; ", from);
        *part = text.substr(from, end == std::string::npos ? end : end - from);
        if (end == std::string::npos) break;
        from = end + 2;
    }
    return rule;
}

}  // namespace

std::vector<QueryCase> read_query_file(const std::string& name) {
    const std::string path = fmt::format("{}/{}.sql", QUERIES_DIR, name);
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::vector<QueryCase> cases;
    std::string* part = nullptr;
    std::string line;
    while (std::getline(file, line)) {
        if (const auto title = after(line, "-- CASE ")) {
            cases.push_back({fmt::format("{}: {}", name, *title), {}});
            part = nullptr;
        } else if (cases.empty()) {
            continue;
        } else if (const auto rule = after(line, "-- LATE ")) {
            const std::size_t colon = rule->find(": ");
            cases.back().late.push_back({rule->substr(0, colon), rule->substr(colon + 2)});
        } else if (const auto sessions = after(line, "-- SESSIONS ")) {
            cases.back().sessions.push_back(session_rule(*sessions));
        } else if (line == "-- SETUP") {
            part = &cases.back().setup;
        } else if (line == "-- QUERY") {
            part = &cases.back().query;
        } else if (line == "-- REFERENCE") {
            part = &cases.back().reference;
        } else if (part) {
            *part += line + "\n";
        }
    }
    for (QueryCase& each : cases) {
        drop_semicolon(each.query);
        drop_semicolon(each.reference);
    }
    return cases;
}

}  // namespace laminar::test
