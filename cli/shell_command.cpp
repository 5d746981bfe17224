#include "cli/shell_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "cli/console_messages.h"
#include "cli/line_reader.h"
#include "cli/result_printer.h"
#include "cli/script_loader.h"
#include "cli/stop_signals.h"
#include "cli/terminal.h"
#include "connectors/builtin_connectors.h"
#include "parser/parser.h"

namespace laminar {
namespace {

constexpr std::string_view help_text =
    "Statements end with ; and may take several lines. Ctrl-C cancels the statement that runs, Ctrl-D leaves.\n"
    "  \\d        lists connections, tables, views, pipelines and functions\n"
    "  \\d NAME   describes one of them\n"
    "  \\?        this help\n"
    "  \\q        leaves\n";

std::string history_path() {
    const auto environment = [](const char* name) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment.
        return std::string(value ? value : "");
    };
    if (const std::string state = environment("XDG_STATE_HOME"); !state.empty()) return state + "/laminar/history";
    if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/state/laminar/history";
    return {};
}

std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

class Shell {
public:
    Shell(const ShellOptions& options, ConsoleMessages& messages, ShellOutput& output, LineReader& lines,
          SessionOutput& printer, std::atomic<Session*>& running, std::atomic<bool>& interrupted)
        : messages_(messages),
          output_(output),
          lines_(lines),
          running_(running),
          interrupted_(interrupted),
          session_(session_settings(options), builtin_connectors(), printer) {}

    /// Executes the statements of a script one by one, whether or not earlier ones failed; an interrupt drops the rest.
    bool execute(const SourceTextPtr& source) {
        Diagnostics problems(source);
        const ParsedScript script = parse_script(source, problems);
        messages_.show(problems);
        bool ok = !problems.has_errors();
        interrupted_ = false;
        running_ = &session_;
        for (const ast::Statement& statement : script.statements) {
            Diagnostics diagnostics(source);
            ok = session_.execute(source, statement, diagnostics) && ok;
            messages_.show(diagnostics);
            if (interrupted_) break;
        }
        session_.open_connections();
        running_ = nullptr;
        return ok && !interrupted_;
    }

    bool read_statements() {
        bool ok = true;
        std::string pending;
        std::string line;
        while (!output_.is_closed()) {
            const LineReader::Outcome outcome = lines_.read(pending.empty() ? "laminar> " : "    ...> ", line);
            if (outcome == LineReader::Outcome::end) break;
            if (outcome == LineReader::Outcome::interrupted) {
                pending.clear();
                continue;
            }
            if (pending.empty() && without_blanks(line).starts_with('\\')) {
                lines_.remember(without_blanks(line));
                if (!execute_command(without_blanks(line), ok)) return ok;
                continue;
            }
            if (!pending.empty()) pending += '\n';
            pending += line;
            if (without_blanks(pending).empty()) pending.clear();
            if (pending.empty() || is_incomplete_statement(pending)) continue;
            lines_.remember(without_blanks(pending));
            ok = execute(std::make_shared<SourceText>("<input>", std::exchange(pending, {}))) && ok;
        }
        // The last statement of a pipe needs no semicolon.
        if (!without_blanks(pending).empty()) {
            ok = execute(std::make_shared<SourceText>("<input>", std::move(pending))) && ok;
        }
        return ok;
    }

    void shut_down() { session_.shut_down(false, std::chrono::seconds(5)); }

private:
    static Session::Settings session_settings(const ShellOptions& options) {
        Session::Settings settings;
        settings.secrets = options.secrets;
        return settings;
    }

    /// False to leave.
    bool execute_command(std::string_view command, bool& ok) {
        const std::string_view name = without_blanks(command.substr(std::min<std::size_t>(2, command.size())));
        if (command == "\\q") return false;
        if (command == "\\?" || command == "\\h" || command == "\\help") {
            output_.write(help_text);
        } else if (command == "\\d") {
            for (const char* kind : {"CONNECTIONS", "TABLES", "VIEWS", "PIPELINES", "FUNCTIONS"}) {
                output_.write(fmt::format("{}:\n", kind));
                ok = execute(std::make_shared<SourceText>("\\d", fmt::format("SHOW {}", kind))) && ok;
            }
        } else if (command.starts_with("\\d ") && !name.empty()) {
            ok = execute(std::make_shared<SourceText>("\\d", fmt::format("DESCRIBE {}", name))) && ok;
        } else {
            messages_.say(fmt::format("there is no command {}; \\? lists them", command));
            ok = false;
        }
        return true;
    }

    ConsoleMessages& messages_;
    ShellOutput& output_;
    LineReader& lines_;
    std::atomic<Session*>& running_;
    std::atomic<bool>& interrupted_;
    Session session_;
};

}  // namespace

int shell_command(const ShellOptions& options) {
    const bool interactive = is_terminal(stdin);
    StatusLine status_line(false);
    ConsoleMessages messages(status_line);
    configure_logging(options.log, status_line);

    FileOutput file(STDOUT_FILENO);
    ShellOutput output(file);
    const auto lines = interactive ? make_line_editor(output, history_path()) : make_plain_line_reader();
    // What a signal cancels: the statement that runs, or else the line being edited.
    std::atomic<Session*> running{nullptr};
    std::atomic<bool> interrupted{false};
    const StopSignals signals([&](int signal, unsigned) {
        Session* session = running.load();
        interrupted = true;
        if (session) session->cancel();
        if (signal == SIGTERM || (!session && !interactive)) {
            lines->end();
        } else if (!session) {
            lines->interrupt();
        }
    });
    const auto printer = make_result_printer(
        OutputFormat::table,
        {.box_characters = shows_box_characters(stdout), .max_width = terminal_width(stdout), .show_tags = interactive},
        output);
    Shell shell(options, messages, output, *lines, *printer, running, interrupted);
    bool ok = true;
    for (const std::string& path : options.files) {
        const LoadedScript script = load_script(path);
        if (!script.source) {
            messages.say(script.failure);
            return 2;
        }
        ok = shell.execute(script.source) && ok;
    }
    if (interactive) output.write("Laminar, SQL for WebSocket streams. \\? shows help.\n");
    ok = shell.read_statements() && ok;
    shell.shut_down();
    return ok || interactive ? 0 : 1;
}

}  // namespace laminar
