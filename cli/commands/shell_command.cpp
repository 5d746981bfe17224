#include "cli/commands/shell_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>

#include "cli/commands/data_directory_use.h"
#include "cli/scripts/duration.h"
#include "cli/shell/line_reader.h"
#include "cli/shell/shell.h"
#include "cli/terminal/console_messages.h"
#include "cli/terminal/stop_signals.h"
#include "cli/terminal/terminal.h"
#include "runtime/storage/data_directory.h"

namespace laminar {
namespace {

std::string history_path() {
    const auto environment = [](const char* name) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here changes the environment.
        return std::string(value ? value : "");
    };
    if (const std::string state = environment("XDG_STATE_HOME"); !state.empty()) return state + "/laminar/history";
    if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/state/laminar/history";
    return {};
}

}  // namespace

int shell_command(const ShellOptions& options) {
    const bool interactive = is_terminal(stdin) && is_terminal(stdout);
    StatusLine status_line(false);
    ConsoleMessages messages(status_line, options.secrets.remembered);
    FileOutput file(STDOUT_FILENO);
    ShellOutput output(file);
    configure_logging(options.log, options.secrets.remembered, status_line);
    // On one terminal with the line that is being edited, records appear above it.
    if (interactive && is_terminal(stderr))
        configure_logging(options.log, options.secrets.remembered,
                          [&output](std::string_view line) { output.write_if_room(line); });
    ShellPrinter printer(output, interactive);
    const auto lines = interactive ? make_line_editor(output, history_path()) : make_plain_line_reader();
    // A signal meets the statement that runs, or else the line being edited.
    ShellInterruption interruption;
    const StopSignals signals(
        [&](int signal, unsigned) {
            const bool met = interruption.interrupt();
            if (signal == SIGTERM || (!met && !interactive)) {
                interruption.interrupt_for_good(options.shutdown_timeout);
                lines->end();
            } else if (!met) {
                lines->interrupt();
            }
        },
        {{SIGWINCH, [&] { lines->resized(); }}});
    Database::Settings settings;
    settings.secrets = options.secrets;
    settings.data_directory = options.data_directory;
    settings.on_lost_storage = [&messages](const std::string& reason) { end_without_storage(reason, messages); };
    close_to_others(options.data_directory);
    std::optional<EndLimit> end_limit;  // Before the session, whose destruction it bounds as well.
    std::optional<Shell> opened;
    try {
        opened.emplace(settings, Shell::Surroundings{messages, output, printer, *lines, interruption, interactive});
    } catch (const DataDirectoryError& problem) {
        messages.say(problem.what());
        return 1;
    }
    Shell& shell = *opened;
    if (!shell.take_addresses(options.serving)) return 1;
    if (options.data_directory && !shell.restore(options.reset)) return 1;
    bool ok = true;
    for (const std::string& path : options.files) {
        if (access(path.c_str(), R_OK) != 0) {
            messages.say(fmt::format("cannot read {}: {}", path, std::generic_category().message(errno)));
            return 2;
        }
        ok = shell.execute_file(path) && ok;
        if (!ok && !interactive) break;
    }
    shell.serve();
    if (interactive) output.write("Laminar, SQL for WebSocket streams. \\? shows help.\n");
    if (ok || interactive) ok = shell.read_statements() && ok;
    const std::chrono::milliseconds left = interruption.left_of(options.shutdown_timeout);
    end_limit.emplace(left + shutdown_grace, [&] {
        messages.say(fmt::format("not everything was done: the end took longer than {} (--shutdown-timeout)",
                                 format_duration(options.shutdown_timeout)));
        _exit(1);
    });
    ok = shell.shut_down(left) && ok;
    configure_logging(options.log, options.secrets.remembered, status_line);
    if (const std::string failure = printer.redirect({}); !failure.empty()) {
        messages.say(failure);
        ok = false;
    }
    ok = !messages.say_if_unwritten(output) && ok;
    return ok || interactive ? 0 : 1;
}

}  // namespace laminar
