// Statements parsed and checked, and how fast the program starts.
// Usage: parse [--rounds N] [--statements N]
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "bench/feed.h"
#include "bench/report.h"
#include "parser/read/parser.h"

namespace {

using namespace laminar::bench;

/// Connections, tables, views, pipelines and queries that build on one another.
std::string script_of(std::size_t statements) {
    std::string script;
    for (std::size_t number = 0; number < statements / 5; ++number) {
        script += fmt::format(
            "CREATE CONNECTION feed_{0} TO websocket (mode = 'client', endpoint = 'wss://feed.example.com/{0}', "
            "format = 'json', headers = MAP {{'X-Number': '{0}'}});\n"
            "CREATE TABLE trades_{0} (symbol TEXT, price DECIMAL(18, 8), volume BIGINT, at TIMESTAMP, "
            "venue TEXT WITH (json_path = '$.venue.name')) WITH (connector = 'feed_{0}', retention_rows = 10000);\n"
            "CREATE VIEW large_{0} AS SELECT symbol, price, volume, at FROM trades_{0} WHERE price * volume > {0};\n"
            "CREATE PIPELINE minutes_{0} AS SELECT symbol, COUNT(*) AS n, AVG(price) AS average, "
            "TUMBLE_START(at, INTERVAL '1 minute') AS minute FROM trades_{0} "
            "GROUP BY symbol, TUMBLE(at, INTERVAL '1 minute');\n"
            "SELECT symbol, MAX(price) AS highest, SUM(volume) AS volume FROM large_{0} "
            "WHERE symbol LIKE 'A%' GROUP BY symbol HAVING COUNT(*) > 1 ORDER BY volume DESC LIMIT 10;\n",
            number);
    }
    return script;
}

double parse_seconds(const laminar::SourceTextPtr& source) {
    const double began = seconds_now();
    laminar::Diagnostics diagnostics(source);
    const laminar::ParsedScript script = laminar::parse_script(source, diagnostics);
    if (diagnostics.has_errors()) std::abort();
    return seconds_now() - began;
}

/// From the start of the process to its end.
double program_seconds(std::vector<std::string> words) {
    std::vector<char*> raw;
    for (std::string& word : words) raw.push_back(word.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", 1, 0);
    pid_t process = 0;
    int status = 0;
    const double began = seconds_now();
    if (posix_spawn(&process, raw[0], &files, nullptr, raw.data(), environ) != 0) std::abort();
    waitpid(process, &status, 0);
    const double elapsed = seconds_now() - began;
    posix_spawn_file_actions_destroy(&files);
    if (status != 0) {
        fmt::print(stderr, "{} {} failed\n", words[0], words[1]);
        std::exit(1);
    }
    return elapsed;
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(option(count, arguments, "--rounds", 5));
    const auto statements = static_cast<std::size_t>(option(count, arguments, "--statements", 1'000));
    const std::string program = LAMINAR_BENCH_PROGRAM;
    const std::string text = script_of(statements);
    const auto source = std::make_shared<laminar::SourceText>("bench", text);
    std::string file = "/tmp/laminar-bench-XXXXXX";
    const int descriptor = mkstemp(file.data());
    if (descriptor < 0) return 1;
    close(descriptor);
    std::ofstream(file) << text;
    const auto figures = take_rounds(rounds, {
                                                 [&] {
                                                     return program_seconds({"/bin/true", ""}) * 1e3;
                                                 },
                                                 [&] {
                                                     return program_seconds({program, "--version"}) * 1e3;
                                                 },
                                                 [&] { return parse_seconds(source); },
                                                 [&] {
                                                     return program_seconds({program, "check", file});
                                                 },
                                             });
    unlink(file.c_str());
    Report report("parse", fmt::format("a script of {} statements, {} bytes", statements, text.size()));
    report.add("a program that does nothing (baseline)", "ms", figures[0]);
    report.add("laminar --version", "ms", figures[1]);
    report.add("parsed alone", "s", figures[2]);
    report.add("laminar check", "s", figures[3]);
    report.add_target_at_most(fmt::format("laminar check: {} statements under 1 s", statements), 1, "s", figures[3]);
    report.add_target_at_most("laminar --version under 20 ms", 20, "ms", figures[1]);
    report.print();
    return 0;
}
