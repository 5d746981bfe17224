#include "cli/commands/run_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/data_directory_use.h"
#include "cli/commands/progress_text.h"
#include "cli/commands/run_monitor.h"
#include "cli/scripts/duration.h"
#include "cli/scripts/script_loader.h"
#include "cli/service/service_manager.h"
#include "cli/service/watchdog.h"
#include "cli/terminal/console_messages.h"
#include "cli/terminal/count_text.h"
#include "cli/terminal/stop_signals.h"
#include "cli/terminal/terminal.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/read/parser.h"
#include "runtime/database/database_parts.h"
#include "runtime/storage/data_directory.h"

namespace laminar {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

/// A run that has lasted for long is looked at less often: it ends at most 2 % later.
constexpr auto look_every = std::chrono::milliseconds(20);
constexpr auto look_at_most_every = std::chrono::milliseconds(250);
constexpr int looks_of_a_run = 50;

/// Reads and parses every script before the first statement runs. Returns the exit code if there is one already.
std::optional<int> parse_scripts(const RunOptions& options, ConsoleMessages& messages,
                                 std::vector<ParsedScript>& scripts) {
    std::vector<SourceTextPtr> sources;
    for (const std::string& file : options.files) {
        LoadedScript script = load_script(file);
        if (!script.source) {
            messages.say(script.failure);
            return exit_usage;
        }
        sources.push_back(std::move(script.source));
    }
    for (const std::string& statement : options.statements) {
        sources.push_back(std::make_shared<SourceText>("-e", statement));
    }
    bool failed = false;
    for (const SourceTextPtr& source : sources) {
        Diagnostics diagnostics(source);
        scripts.push_back(parse_script(source, diagnostics));
        messages.show(diagnostics);
        failed = failed || diagnostics.has_errors();
    }
    if (failed) return exit_failed;
    return std::nullopt;
}

Database::Settings database_settings(const RunOptions& options, ConsoleMessages& messages) {
    Database::Settings settings;
    settings.secrets = options.secrets;
    settings.data_directory = options.data_directory;
    settings.on_lost_storage = [&messages](const std::string& reason) { end_without_storage(reason, messages); };
    return settings;
}

/// Whether they declare anything, and thus what there is to be.
bool declare_objects(const std::vector<ParsedScript>& scripts) {
    const auto declares = [](const ast::Statement& statement) {
        return std::visit([](const auto& node) { return requires { node.if_not_exists; }; }, statement.node);
    };
    return std::any_of(scripts.begin(), scripts.end(), [&](const ParsedScript& script) {
        return std::any_of(script.statements.begin(), script.statements.end(), declares);
    });
}

/// One run from its first statement to its end.
class Run {
public:
    Run(const RunOptions& options, ConsoleMessages& messages, ServiceManager& manager, StopRequest& stop,
        std::atomic<bool>& reload, const TextOutput& output, StatusLine& status_line, SessionOutput& printer)
        : options_(options),
          messages_(messages),
          manager_(manager),
          stop_(stop),
          reload_(reload),
          output_(output),
          status_line_(status_line),
          database_(database_settings(options, messages), builtin_connectors()),
          session_(database_, printer) {}

    int execute(const std::vector<ParsedScript>& scripts) {
        manager_.tell_status("executing scripts");
        if (!take_addresses() || !restore()) return exit_failed;
        bool ok = true;
        {
            std::optional<Clock::time_point> limit;
            if (options_.run_for) limit = begin_ + *options_.run_for;
            RunMonitor monitor(database_, session_, stop_, output_, status_line_, limit, options_.shutdown_timeout,
                               [this] { cut_off(); });
            ok = execute_statements(scripts, monitor);
            if (ok && declare_objects(scripts)) tell_of_undeclared();
            if (ok) servers_->serve();
            if (ok) begin_service();
            if (ok && !options_.once) keep_going();
            show_streams();
        }
        ok = finish(ok) && ok;
        if (!options_.quiet && has_moved_messages()) summarize();
        return ok ? exit_done : exit_failed;
    }

private:
    /// Before any statement: scripts whose catalog nobody can reach are not executed.
    bool take_addresses() {
        try {
            servers_.emplace(database_, options_.serving);
            return true;
        } catch (const std::runtime_error& problem) {
            messages_.say(problem.what());
            return false;
        }
    }

    bool restore() {
        return !options_.data_directory ||
               session_.restore(options_.reset, [this](const Diagnostics& findings) { messages_.show(findings); });
    }

    void tell_of_undeclared() {
        if (const std::string names = session_.undeclared_objects(); !names.empty())
            messages_.say(
                fmt::format("not declared by the scripts, but in the data directory: {}; they go on until they "
                            "are dropped",
                            names));
    }

    bool execute_statements(const std::vector<ParsedScript>& scripts, RunMonitor& monitor) {
        for (const ParsedScript& script : scripts) {
            for (const ast::Statement& statement : script.statements) {
                // A run that is told to end before its script is through has not done what it was asked to.
                if (stop_.reason() != StopReason::none) return cut_short(script, statement);
                reload_secrets_if_asked();
                Diagnostics diagnostics(script.source);
                monitor.statement_begins();
                const bool ok = session_.execute(script.source, statement, diagnostics);
                monitor.statement_ended();
                if (stop_.reason() != StopReason::output_closed) messages_.show(diagnostics);
                if (!ok) return failed();
            }
        }
        // What no statement has needed so far is for streams that go on.
        if (!options_.once) session_.open_connections();
        return true;
    }

    bool cut_short(const ParsedScript& script, const ast::Statement& next) {
        const SourcePosition position = script.source->position(next.span.begin);
        return ended_before(
            fmt::format("the statement at {}:{}:{}", script.source->name(), position.line, position.column));
    }

    /// A statement was not done, perhaps because the run was told to end.
    bool failed() { return stop_.reason() == StopReason::none ? false : ended_before("the script was through"); }

    bool ended_before(std::string_view what) {
        if (stop_.reason() == StopReason::output_closed) return false;
        messages_.say(fmt::format("ended by {} before {}",
                                  stop_.reason() == StopReason::time_limit ? "--for" : "a signal", what));
        return false;
    }

    /// Until nothing is live any more or one of the end conditions holds.
    void keep_going() {
        const Clock::time_point idle_from = Clock::now();
        while (!stop_.wait_for(std::chrono::milliseconds(0))) {
            reload_secrets_if_asked();
            const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - idle_from);
            std::chrono::milliseconds pause = std::clamp(lasted / looks_of_a_run, look_every, look_at_most_every);
            if (options_.stays) {
                stop_.wait_for(pause);
                continue;
            }
            const DatabaseStatus status = database_.status();
            if (!status.live || status.sources_finished) {
                sources_finished_ = status.sources_finished;
                return;
            }
            if (options_.until_idle &&
                Clock::now() - std::max(idle_from, status.last_activity) >= *options_.until_idle) {
                return;
            }
            if (options_.until_idle) pause = std::min(pause, *options_.until_idle / 5 + look_every);
            stop_.wait_for(pause);
        }
    }

    /// From here on whoever has started this process may rely on it.
    void begin_service() {
        manager_.tell_ready();
        watchdog_.emplace(
            manager_, [this] { database_.parts().engine.call([](Engine&) {}); },
            [this, earlier = database_.status(), since = Clock::now()]() mutable {
                if (stop_.reason() != StopReason::none) return std::string();
                DatabaseStatus status = database_.status();
                const Clock::time_point now = Clock::now();
                std::string text = progress_text(earlier, status, now - since);
                earlier = std::move(status);
                since = now;
                return text;
            });
    }

    /// What has been made by now is shown before the end begins, however slow its reader is.
    void show_streams() {
        const DatabaseStatus status = database_.status();
        const std::uint64_t made = status.rows_shown + status.rows_to_show;
        while (database_.status().rows_shown < made && !stop_.wait_for(look_every)) continue;
    }

    void reload_users() {
        if (!servers_ || !servers_->any()) return;
        try {
            servers_->reload();
            messages_.say("users and certificates reloaded");
        } catch (const std::runtime_error& problem) {
            messages_.say(fmt::format("users and certificates stay as they were: {}", problem.what()));
        }
    }

    void reload_secrets_if_asked() {
        if (!reload_.exchange(false)) return;
        reload_users();
        const std::vector<std::string> names = database_.reload_secrets();
        messages_.say(names.empty() ? "secrets reloaded: no connection is affected"
                                    : fmt::format("secrets reloaded: opened {} anew", fmt::join(names, ", ")));
    }

    void cut_off() {
        messages_.say(fmt::format("not everything was done: the end took longer than {} (--shutdown-timeout)",
                                  format_duration(options_.shutdown_timeout)));
        _exit(exit_failed);
    }

    bool finish(bool ok) {
        manager_.tell_stopping();
        const bool end_of_input = ok && (options_.drain || sources_finished_);
        // What a statement took to end is a part of it.
        const auto asked_at = stop_.made_at();
        const auto since = asked_at ? std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - *asked_at)
                                    : std::chrono::milliseconds(0);
        auto left = std::max(options_.shutdown_timeout - since, std::chrono::milliseconds(0));
        end_limit_.emplace(left + shutdown_grace, [this] { cut_off(); });
        bool cut_off = false;
        left = servers_->shut_down(left, cut_off);
        if (cut_off) messages_.say("sessions of clients were cut off");
        const Database::ShutdownResult shutdown = database_.shut_down(end_of_input, left);
        final_status_ = database_.status();
        if (!shutdown.complete) messages_.say(fmt::format("not everything was done: {}", shutdown.abandoned));
        if (final_status_.failed) messages_.say(fmt::format("failed: {}", final_status_.failure));
        messages_.say_if_unwritten(output_);
        return shutdown.complete && !final_status_.failed && !output_.is_closed();
    }

    /// Scripts that only ask the engine something need no account of messages.
    [[nodiscard]] bool has_moved_messages() const {
        return final_status_.messages_in + final_status_.messages_sent + final_status_.messages_dropped +
                       final_status_.rows_out >
                   0 ||
               !final_status_.connections.empty();
    }

    void summarize() {
        const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin_);
        const double seconds = std::max(std::chrono::duration<double>(duration).count(), 0.001);
        const auto rate = static_cast<std::uint64_t>(static_cast<double>(final_status_.messages_in) / seconds);
        const std::string unmatched = final_status_.messages_unmatched == 0
                                          ? ""
                                          : fmt::format("{} unmatched, ", grouped(final_status_.messages_unmatched));
        messages_.say(fmt::format("{} in, {}{} sent, {} out, {} failed, {} dropped, {} ({} messages/s)",
                                  counted(final_status_.messages_in, "message"), unmatched,
                                  grouped(final_status_.messages_sent), counted(final_status_.rows_out, "row"),
                                  grouped(final_status_.messages_failed), grouped(final_status_.messages_dropped),
                                  format_duration(duration), grouped(rate)));
        for (const ConnectionStatus& connection : final_status_.connections) {
            const bool said = final_status_.failure.starts_with(fmt::format("connection \"{}\" ", connection.name));
            if (said && connection.reconnect_count + connection.messages_maybe_lost == 0) continue;
            if (const std::string trouble = trouble_text(connection); !trouble.empty()) messages_.say(trouble);
        }
    }

    const RunOptions& options_;
    ConsoleMessages& messages_;
    ServiceManager& manager_;
    StopRequest& stop_;
    std::atomic<bool>& reload_;
    const TextOutput& output_;
    StatusLine& status_line_;
    const Clock::time_point begin_ = Clock::now();
    std::optional<EndLimit> end_limit_;  ///< Before the database, whose destruction it bounds as well.
    Database database_;
    Session session_;
    std::optional<Servers> servers_;
    std::optional<Watchdog> watchdog_;  ///< Until the end, which may take its time, too.
    bool sources_finished_ = false;
    DatabaseStatus final_status_;
};

}  // namespace

int run_command(const RunOptions& options) {
    ServiceManager manager;
    StatusLine status_line(!options.quiet && is_terminal(stderr));
    ConsoleMessages messages(status_line, options.secrets.remembered);
    configure_logging(options.log, options.secrets.remembered, status_line);

    std::vector<ParsedScript> scripts;
    if (const auto code = parse_scripts(options, messages, scripts)) return *code;

    StopRequest stop;
    std::atomic<bool> reload{false};
    const StopSignals signals(
        [&](int, unsigned count) {
            if (count > 1) {
                messages.say("stopped at once");
                _exit(exit_failed);
            }
            if (is_terminal(stderr)) messages.say("ending; interrupt again to stop at once");
            stop.make(StopReason::signal);
        },
        {{SIGHUP, [&reload] { reload = true; }}});
    const bool terminal = is_terminal(stdout);
    FileOutput output(STDOUT_FILENO, terminal ? &status_line : nullptr);
    const ResultPrinterOptions printer_options{.box_characters = shows_box_characters(stdout),
                                               .max_width = terminal_width(stdout)};
    const OutputFormat format = options.format.value_or(terminal ? OutputFormat::table : OutputFormat::json);
    const auto printer = make_result_printer(format, printer_options, output);
    close_to_others(options.data_directory);
    std::optional<Run> run;
    try {
        run.emplace(options, messages, manager, stop, reload, output, status_line, *printer);
    } catch (const DataDirectoryError& problem) {
        messages.say(problem.what());
        return exit_failed;
    }
    return run->execute(scripts);
}

}  // namespace laminar
