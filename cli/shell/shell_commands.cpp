// The backslash commands of the shell.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <utility>

#include "catalog/objects/catalog.h"
#include "cli/scripts/duration.h"
#include "cli/scripts/text_trim.h"
#include "cli/shell/path_completion.h"
#include "cli/shell/shell.h"
#include "connectors/registry/builtin_connectors.h"

namespace laminar {
namespace {

struct Command {
    std::string_view name;
    std::string_view argument;
    std::string_view help;
};

constexpr auto commands = std::to_array<Command>({
    {"\\?", "", "this help"},
    {"\\d", "", "lists connections, tables, views, pipelines and functions"},
    {"\\d", "NAME", "describes one of them, or a connector"},
    {"\\format", "FORMAT", "prints rows as table, json, csv or line"},
    {"\\i", "FILE", "executes the statements of a file"},
    {"\\o", "FILE", "prints rows into a file; without FILE on the terminal again"},
    {"\\pager", "", "turns the pager for long results off or on ($LAMINAR_PAGER, $PAGER, less)"},
    {"\\timing", "", "tells after each statement how long it took, or no longer"},
    {"\\watch", "2s", "executes the last statements again and again, until Ctrl-C"},
    {"\\q", "", "leaves"},
});

constexpr auto formats = std::to_array<std::string_view>({"csv", "json", "line", "table"});

std::string time_of_day() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    std::array<char, 16> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%H:%M:%S", &local);
    return {text.data(), length};
}

}  // namespace

Shell::Outcome Shell::execute_command(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const std::string_view name = text.substr(0, end);
    std::string argument(trimmed(text.substr(end)));
    if (argument.ends_with(';')) argument = trimmed(argument.substr(0, argument.size() - 1));
    bool ok = true;
    if (name == "\\q") return Outcome::leave;
    if (name == "\\?" || name == "\\h" || name == "\\help") {
        help();
    } else if (name == "\\d") {
        ok = argument.empty() ? list_objects() : describe(argument);
    } else if (name == "\\format") {
        ok = set_format(argument);
    } else if (name == "\\i" && !argument.empty()) {
        ok = execute_file(argument);
    } else if (name == "\\o") {
        const std::string failure = around_.printer.redirect(argument);
        if (!failure.empty()) around_.messages.say(failure);
        ok = failure.empty();
    } else if (name == "\\pager") {
        pager_ = !pager_;
        around_.output.write(fmt::format("The pager is {}.\n", pager_ ? "on" : "off"));
    } else if (name == "\\timing") {
        timing_ = !timing_;
        around_.output.write(fmt::format("Timing is {}.\n", timing_ ? "on" : "off"));
    } else if (name == "\\watch") {
        ok = watch(argument.empty() ? "2s" : argument);
    } else {
        const bool known =
            std::any_of(commands.begin(), commands.end(), [&](const Command& c) { return c.name == name; });
        around_.messages.say(known ? fmt::format("{} needs an argument; \\? shows them", name)
                                   : fmt::format("there is no command {}; \\? lists them", name));
        ok = false;
    }
    return ok ? Outcome::done : Outcome::failed;
}

void Shell::help() {
    std::string text =
        "Statements end with ; and may take several lines. Tab completes, the up key recalls.\n"
        "Ctrl-C cancels the statement or subscription that runs, Ctrl-D leaves.\n";
    for (const Command& command : commands) {
        text += fmt::format("  {:<16}{}\n", fmt::format("{} {}", command.name, command.argument), command.help);
    }
    around_.output.write(text);
}

bool Shell::list_objects() {
    bool ok = true;
    bool any = false;
    for (const auto& [kind, plural] :
         {std::pair(ast::ObjectKind::connection, "CONNECTIONS"), std::pair(ast::ObjectKind::table, "TABLES"),
          std::pair(ast::ObjectKind::view, "VIEWS"), std::pair(ast::ObjectKind::pipeline, "PIPELINES"),
          std::pair(ast::ObjectKind::function, "FUNCTIONS")}) {
        if (database_.catalog()->objects(kind).empty()) continue;
        any = true;
        around_.output.write(fmt::format("{}:\n", plural));
        ok = execute(std::make_shared<SourceText>("\\d", fmt::format("SHOW {}", plural))) && ok;
    }
    if (!any) around_.output.write("Nothing has been created yet.\n");
    return ok;
}

bool Shell::describe(const std::string& name) {
    const bool connector = !database_.catalog()->find(name) && builtin_connectors().find(name);
    return execute(
        std::make_shared<SourceText>("\\d", fmt::format("DESCRIBE {}{}", connector ? "CONNECTOR " : "", name)));
}

bool Shell::set_format(const std::string& name) {
    const std::optional<OutputFormat> format = parse_output_format(name);
    if (format) {
        around_.printer.set_format(*format);
    } else {
        around_.messages.say(fmt::format("\"{}\" is not a format; formats are {}", name, fmt::join(formats, ", ")));
    }
    return format.has_value();
}

bool Shell::watch(const std::string& interval) {
    const std::optional<std::chrono::milliseconds> pause = parse_duration(interval);
    if (!pause || pause->count() <= 0) {
        around_.messages.say(fmt::format("\"{}\" is not an interval; write 2s or 500ms", interval));
        return false;
    }
    if (last_.empty()) {
        around_.messages.say("there is no statement to execute again");
        return false;
    }
    const auto source = std::make_shared<SourceText>("<input>", last_);
    while (!around_.output.is_closed()) {
        around_.output.write(fmt::format("{} (every {})\n", time_of_day(), format_duration(*pause)));
        if (!execute(source)) return around_.interruption.happened();
        around_.interruption.begin(database_, session_);
        const bool interrupted = around_.interruption.wait_for(*pause);
        around_.interruption.end();
        if (interrupted) break;
    }
    return true;
}

Completion Shell::complete_command(std::string_view before, const Catalog& catalog) {
    const std::size_t begin = before.find('\\');
    const std::size_t blank = before.find_first_of(" \t", begin);
    Completion completion;
    const auto add = [&](std::string_view typed, std::string_view candidate) {
        if (candidate.starts_with(typed) && std::find(completion.candidates.begin(), completion.candidates.end(),
                                                      candidate) == completion.candidates.end()) {
            completion.candidates.emplace_back(candidate);
        }
    };
    if (blank == std::string_view::npos) {
        const std::string_view typed = before.substr(begin);
        completion.length = typed.size();
        for (const Command& command : commands) add(typed, command.name);
        return completion;
    }
    const std::string_view name = before.substr(begin, blank - begin);
    if (name == "\\i" || name == "\\o")
        return complete_path(before.substr(std::min(before.find_first_not_of(" \t", blank), before.size())));
    const std::string_view typed = before.substr(before.find_last_of(" \t") + 1);
    completion.length = typed.size();
    if (name == "\\format") {
        for (const std::string_view format : formats) add(typed, format);
    }
    if (name == "\\d") {
        for (const std::string& relation : catalog.relation_names()) add(typed, relation);
        for (const std::string& connector : builtin_connectors().names()) add(typed, connector);
    }
    return completion;
}

}  // namespace laminar
