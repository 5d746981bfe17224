#include "cli/commands/top_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "cli/commands/document_output.h"
#include "cli/commands/stop_request.h"
#include "cli/scripts/duration.h"
#include "cli/terminal/full_screen.h"
#include "cli/terminal/stop_signals.h"
#include "cli/terminal/terminal.h"
#include "cli/top/status_sample.h"
#include "cli/top/status_screen.h"

namespace laminar {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto refresh = 1000ms;
/// How soon a key, or a signal, is seen.
constexpr auto glance = 50ms;
/// A server that is busy is given so long for each of the three questions.
constexpr auto answer_limit = 5000ms;

std::string token() {
    const char* value = std::getenv("LAMINAR_TOKEN");  // NOLINT(concurrency-mt-unsafe): nothing changes it here.
    return value ? value : "";
}

bool ends(char key) { return key == 'q' || key == 'Q' || key == '\3' || key == '\4'; }

/// Rates need two samples: one screen as text, of what came within a second.
int print_once(const HttpClient& client) {
    const StatusSample before = take_sample(client, answer_limit);
    std::this_thread::sleep_for(refresh);
    std::string text;
    for (const std::string& line : status_screen(before, take_sample(client, answer_limit), client.name(), "", {}))
        text += line + "\n";
    return print_document(text);
}

int watch(const HttpClient& client) {
    StopRequest stop;
    const StopSignals signals([&](int /*signal*/, unsigned /*count*/) { stop.make(StopReason::signal); });
    // Whether there is anything to watch is said before the screen changes.
    StatusSample before = take_sample(client, answer_limit);
    StatusSample now = before;
    FullScreen screen;
    std::string problem;
    Clock::time_point answered_at = Clock::now();
    while (true) {
        const std::string title = fmt::format("laminar {} (q ends)", client.name());
        const std::string said =
            problem.empty()
                ? ""
                : fmt::format(
                      "{}, for {}", problem,
                      format_duration(std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - answered_at)));
        screen.show(status_screen(before, now, title, said,
                                  {.width = terminal_width(stdout),
                                   .in_color = wants_color(stdout),
                                   .ascii = !shows_box_characters(stdout)}));
        const Clock::time_point next = Clock::now() + refresh;
        while (Clock::now() < next) {
            const std::optional<char> key = screen.key(glance);
            if ((key && ends(*key)) || stop.reason() != StopReason::none) return 0;
        }
        try {
            StatusSample sample = take_sample(client, answer_limit);
            before = std::exchange(now, std::move(sample));
            answered_at = Clock::now();
            problem.clear();
        } catch (const HttpClient::Failure& failure) {
            problem = failure.what();
        }
    }
}

}  // namespace

int top_command(const TopOptions& options) {
    try {
        const HttpClient client(options.address, token(), options.tls);
        return is_terminal(stdin) && is_terminal(stdout) ? watch(client) : print_once(client);
    } catch (const HttpClient::Failure& failure) {
        fmt::print(stderr, "laminar: {}\n", failure.what());
        return 1;
    }
}

}  // namespace laminar
