#include "cli/shell/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>

#include "cli/scripts/duration.h"
#include "cli/scripts/script_loader.h"
#include "cli/scripts/text_trim.h"
#include "cli/terminal/pager.h"
#include "cli/terminal/terminal.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"

namespace laminar {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{20};

}  // namespace

Shell::Shell(const Database::Settings& settings, const Surroundings& surroundings)
    : around_(surroundings), database_(settings, builtin_connectors()), session_(database_, surroundings.printer) {
    around_.lines.set_completer(
        [this](std::string_view before, std::string_view after) { return complete(before, after); });
}

bool Shell::restore(const std::vector<std::string>& reset) {
    return session_.restore(reset, [this](const Diagnostics& findings) { around_.messages.show(findings); });
}

bool Shell::take_addresses(const ServingOptions& options) {
    try {
        servers_.emplace(database_, options);
        return true;
    } catch (const std::runtime_error& problem) {
        around_.messages.say(problem.what());
        return false;
    }
}

bool Shell::execute_file(const std::string& path) {
    const LoadedScript script = load_script(path);
    if (!script.source) {
        around_.messages.say(script.failure);
        return false;
    }
    return execute(script.source);
}

bool Shell::execute(const SourceTextPtr& source) {
    Diagnostics problems(source);
    const ParsedScript script = parse_script(source, problems);
    around_.messages.show(problems);
    // Without a user nobody sees that only a part was done: then nothing is, as in laminar run.
    if (problems.has_errors() && !around_.interactive) return false;
    bool ok = !problems.has_errors();
    around_.interruption.begin(database_, session_);
    for (const ast::Statement& statement : script.statements) {
        ok = execute_statement(source, statement) && ok;
        if (around_.interruption.happened() || (!ok && !around_.interactive)) break;
    }
    session_.open_connections();
    const bool interrupted = around_.interruption.happened();
    ok = ok && !interrupted;
    around_.interruption.end();
    // It goes with what was cancelled.
    if (interrupted) around_.lines.drop_typed_ahead();
    return ok;
}

bool Shell::execute_statement(const SourceTextPtr& source, const ast::Statement& statement) {
    Diagnostics diagnostics(source);
    const Clock::time_point begin = Clock::now();
    const bool ok = session_.execute(source, statement, diagnostics);
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    around_.messages.show(diagnostics);
    show_result();
    if (around_.printer.file_has_failed()) {
        around_.messages.say(around_.printer.redirect({}));
        return false;
    }
    if (ok && std::holds_alternative<ast::Subscribe>(statement.node)) follow_subscription();
    if (timing_) around_.output.write(fmt::format("Time: {}\n", format_duration(elapsed)));
    return ok;
}

void Shell::follow_subscription() {
    session_.open_connections();
    bool interrupted = false;
    while (!(interrupted = around_.interruption.wait_for(look_every))) {
        const DatabaseStatus status = database_.status();
        if (!status.live || status.sources_finished || status.failed || around_.printer.is_closed() ||
            around_.printer.take_stream_failure())
            break;
    }
    // Ctrl-C is how it is meant to end; what comes after it on the line is executed.
    around_.interruption.forget();
    if (interrupted) around_.lines.drop_typed_ahead();
    session_.end_subscriptions();
    if (around_.interactive) around_.output.write("(subscription ended)\n");
}

void Shell::show_result() {
    const std::string text = around_.printer.take_result();
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const std::string pager = pager_ ? pager_command() : std::string();
    if (pager.empty() || lines < terminal_height(stdout)) {
        around_.output.write(text);
        return;
    }
    // The terminal is the pager's until the user leaves it: rows of streams wait.
    around_.output.begin_editing([] {});
    const bool shown = show_in_pager(pager, text);
    around_.output.end_editing();
    if (!shown) around_.output.write(text);
}

bool Shell::read_statements() {
    session_.open_connections();  // Of what was there before the first statement.
    std::string line;
    while (!around_.output.is_closed()) {
        const LineReader::Outcome read = around_.lines.read(pending_.empty() ? "laminar> " : "    ...> ", line);
        if (read == LineReader::Outcome::end) break;
        if (read == LineReader::Outcome::interrupted) {
            pending_.clear();
            continue;
        }
        if (pending_.empty() && trimmed(line).starts_with('\\')) {
            around_.lines.remember(trimmed(line));
            const Outcome outcome = execute_command(trimmed(line));
            if (outcome == Outcome::leave) return true;
            if (outcome == Outcome::failed && !around_.interactive) return false;
            continue;
        }
        // Looking at all of it after each line would take long for statements of many.
        const bool may_end =
            pending_.empty() || line.find(';') != std::string::npos || line.find("*/") != std::string::npos;
        if (!pending_.empty()) pending_ += '\n';
        pending_ += line;
        if (trimmed(pending_).empty()) pending_.clear();
        if (pending_.empty() || !may_end || is_incomplete_statement(pending_)) continue;
        around_.lines.remember(trimmed(pending_));
        last_ = std::exchange(pending_, {});
        if (!execute(std::make_shared<SourceText>("<input>", last_)) && !around_.interactive) return false;
    }
    // The last statement of a pipe needs no semicolon.
    if (around_.interactive || trimmed(pending_).empty()) return true;
    return execute(std::make_shared<SourceText>("<input>", std::exchange(pending_, {})));
}

bool Shell::shut_down(std::chrono::milliseconds timeout) {
    bool cut_off = false;
    if (servers_) timeout = servers_->shut_down(timeout, cut_off);
    if (cut_off) around_.messages.say("sessions of clients were cut off");
    const Database::ShutdownResult result = database_.shut_down(false, timeout);
    if (!result.complete) around_.messages.say(fmt::format("not everything was done: {}", result.abandoned));
    return result.complete;
}

Completion Shell::complete(std::string_view before, std::string_view after) {
    if (pending_.empty() && trimmed(before).starts_with('\\')) return complete_command(before, *database_.catalog());
    std::string statement = pending_;
    if (!statement.empty()) statement += '\n';
    statement += before;
    return complete_sql(statement, after, *database_.catalog(), builtin_connectors(), session_.function_names());
}

}  // namespace laminar
