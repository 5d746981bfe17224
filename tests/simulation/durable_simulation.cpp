// Runs of seeds, each in processes of its own that are killed and started again over one data directory until all
// messages of its peers are acknowledged; then its tables are compared with the model.
//
//     durable_simulation [--seed N] [--first N] [--seeds N] [--seconds N] [--workers N]
//
// --seed N runs one, and says what each of its processes did. Without it as many seeds as fit into the time (100 s; or
// LAMINAR_SIMULATION_SECONDS) and are wanted (--seeds), from the first on (1). Fails when a seed does, with the command
// that repeats it, and when a crash point of the code or a kind of fault was not reached.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "file_faults.h"
#include "shared_journal.h"
#include "simulated_feeds.h"
#include "simulated_process.h"

using namespace laminar::simulation;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_points = 64;
constexpr std::size_t faults = static_cast<std::size_t>(FileFault::fsync_fails) + 1;

/// What all workers add to.
struct Counts {
    std::atomic<std::uint64_t> next_seed{1};
    std::atomic<std::uint64_t> seeds{0};
    std::atomic<std::uint64_t> processes{0};
    std::atomic<std::uint64_t> acknowledgements{0};
    std::atomic<std::uint64_t> failures{0};
    std::array<std::atomic<std::uint64_t>, most_points> points{};
    std::array<std::atomic<std::uint64_t>, faults> met{};
};

struct Arguments {
    std::uint64_t seed = 0;  ///< One alone.
    std::uint64_t first = 1;
    std::uint64_t seeds = 1000000;
    std::uint64_t seconds = 100;
    std::uint64_t workers = 4;
};

/// As the code has them, so that one that is added is simulated as well. Those of commands that this does not run
/// (backup, restore, the migration of an old directory) have tests of their own.
std::vector<std::string> crash_points() {
    std::vector<std::string> points;
    const std::regex call("crash_point\\(\"([a-z_.]+)\"\\)");
    for (const auto& entry : fs::recursive_directory_iterator(std::string(LAMINAR_SOURCE_DIR) + "/runtime")) {
        if (entry.path().extension() != ".cpp") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        const std::string source = text.str();
        for (std::sregex_iterator found(source.begin(), source.end(), call), last; found != last; ++found) {
            const std::string name = (*found)[1];
            if (name.starts_with("backup.") || name.starts_with("restore.") || name == "directory.migrated") continue;
            if (std::find(points.begin(), points.end(), name) == points.end()) points.push_back(name);
        }
    }
    std::sort(points.begin(), points.end());
    return points;
}

class Run {
public:
    Run(std::uint64_t seed, const std::vector<std::string>& points, SharedJournal& journal, Counts& counts,
        fs::path directory, bool tells)
        : seed_(seed),
          chance_(seed * 7919),
          points_(points),
          feeds_(seed),
          journal_(journal),
          counts_(counts),
          directory_(std::move(directory)),
          tells_(tells) {}

    /// What was found wrong, or nothing.
    std::string execute() {
        const std::size_t crashes = 1 + chance_() % 4;
        for (std::size_t process = 0; process < crashes; ++process) {
            if (std::string problem = run_process(make_plan(process)); !problem.empty()) return problem;
        }
        ProcessPlan last;
        last.seed = chance_();
        last.is_last = true;
        return run_process(last);
    }

private:
    ProcessPlan make_plan(std::size_t process) {
        ProcessPlan plan;
        plan.seed = chance_();
        plan.most_deliveries = chance_() % 24;
        const std::uint64_t kind = chance_() % 8;
        // The first process comes to where it is to end for certain, so that a few dozens of seeds have all of it.
        if (process == 0 && seed_ % 2 == 0) {
            plan.point = points_[seed_ / 2 % points_.size()];
            if (plan.point.starts_with("catalog.")) plan.point += fmt::format(":{}", 1 + chance_() % 15);
        } else if (process == 0) {
            plan.fault = static_cast<FileFault>(1 + seed_ / 2 % (faults - 1));
            // It declares everything, and has some 100 calls.
            plan.at_step = 1 + chance_() % 80;
        } else if (kind == 0) {
            return plan;  // It ends in good order, in the midst of its messages.
        } else if (kind <= 3) {
            const std::string& name = points_[chance_() % points_.size()];
            plan.point = fmt::format("{}:{}", name, name.starts_with("cycle.") ? 1 + chance_() % 6 : 1);
        } else {
            plan.fault = static_cast<FileFault>(1 + chance_() % (faults - 1));
            plan.at_step = 1 + chance_() % 60;
        }
        plan.most_deliveries = 24;
        return plan;
    }

    std::string run_process(const ProcessPlan& plan) {
        ++counts_.processes;
        const std::uint64_t acknowledged_before = journal_.acknowledgements;
        const pid_t child = ::fork();
        if (child < 0) return fmt::format("no process: {}", std::strerror(errno));
        if (child == 0) live(feeds_, journal_, directory_.string(), plan);
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        counts_.acknowledgements += journal_.acknowledgements - acknowledged_before;
        const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        note_reached(plan, killed);
        const std::string what = describe(plan, status);
        if (tells_) fmt::print("  {}\n", what);
        if (killed) {
            if (plan.fault == FileFault::power_cut) cut_power();
            return {};
        }
        if (!WIFEXITED(status)) return "a process crashed: " + what;
        const bool disk_failed = plan.fault == FileFault::disk_full || plan.fault == FileFault::fsync_fails;
        switch (static_cast<Ending>(WEXITSTATUS(status))) {
            case Ending::well:
                return {};
            case Ending::lost_storage:
            case Ending::refused:
                return disk_failed && journal_.fault_was_met ? std::string() : what;
            case Ending::found_wrong:
                return what;
        }
        return "a process ended in another way: " + what;
    }

    void note_reached(const ProcessPlan& plan, bool killed) {
        if (killed && !plan.point.empty()) {
            const std::string name = plan.point.substr(0, plan.point.find(':'));
            ++counts_
                  .points[static_cast<std::size_t>(std::find(points_.begin(), points_.end(), name) - points_.begin())];
        }
        if (journal_.fault_was_met) ++counts_.met[static_cast<std::size_t>(plan.fault)];
    }

    std::string describe(const ProcessPlan& plan, int status) const {
        std::string text = plan.is_last ? "last process" : plan.point.empty() ? name_of(plan.fault) : plan.point;
        if (plan.at_step > 0) text += fmt::format(" at call {}", plan.at_step);
        text += WIFSIGNALED(status) ? fmt::format(": signal {}", WTERMSIG(status))
                                    : fmt::format(": exit {}", WEXITSTATUS(status));
        text +=
            fmt::format(" after {} calls, {} acknowledged", journal_.steps.load(), journal_.acknowledgements.load());
        if (WIFEXITED(status) && WEXITSTATUS(status) != 0) text += fmt::format(": {}", journal_.failure.data());
        return text;
    }

    /// Of what no fsync has put on the disk, some has got there or nothing.
    void cut_power() {
        const fs::path log = directory_ / "laminar.duckdb.wal";
        std::error_code none;
        const std::uint64_t bytes = fs::file_size(log, none);
        const std::uint64_t synced = journal_.synced_log_bytes;
        if (none || bytes <= synced) return;
        fs::resize_file(log, synced + chance_() % (bytes - synced + 1));
        // The system may have made room for it, and nothing else.
        if (chance_() % 3 == 0) fs::resize_file(log, bytes);
    }

    const std::uint64_t seed_;
    std::mt19937_64 chance_;
    const std::vector<std::string>& points_;
    const SimulatedFeeds feeds_;
    SharedJournal& journal_;
    Counts& counts_;
    const fs::path directory_;
    const bool tells_;
};

/// A file system in memory, where there is one: what it costs to wait for a disk proves nothing here.
fs::path folder_of_runs() {
    std::string name = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : fs::temp_directory_path().string();
    name += "/laminar-simulation-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the runs: " + name);
    return name;
}

bool run_seed(std::uint64_t seed, const std::vector<std::string>& points, Counts& counts, const fs::path& folder,
              bool tells) {
    SharedJournal* journal = SharedJournal::create();
    const fs::path directory = folder / std::to_string(seed);
    const std::string problem = Run(seed, points, *journal, counts, directory, tells).execute();
    ++counts.seeds;
    (void)::munmap(journal, sizeof(SharedJournal));
    fs::remove_all(directory);
    if (problem.empty()) return true;
    ++counts.failures;
    fmt::print("seed {} fails: {}\n  repeat it with: durable_simulation --seed {}\n", seed, problem, seed);
    (void)std::fflush(stdout);
    return false;
}

void work(const Arguments& arguments, const std::vector<std::string>& points, Counts& counts, const fs::path& folder) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(arguments.seconds);
    while (std::chrono::steady_clock::now() < end && counts.failures < 3) {
        const std::uint64_t seed = counts.next_seed++;
        if (seed >= arguments.first + arguments.seeds) break;
        (void)run_seed(seed, points, counts, folder, false);
    }
}

/// Whether everything that can happen has.
bool report(const std::vector<std::string>& points, const Counts& counts) {
    bool complete = true;
    const auto line = [&](const std::string& name, std::uint64_t times) {
        fmt::print("  {:<24} {:>8}\n", name, times);
        if (times == 0) complete = false;
    };
    fmt::print("{} seeds, {} processes, {} acknowledgements, {} failures; times that the end came at\n",
               counts.seeds.load(), counts.processes.load(), counts.acknowledgements.load(), counts.failures.load());
    for (std::size_t point = 0; point < points.size(); ++point) line(points[point], counts.points[point]);
    for (std::size_t fault = 1; fault < faults; ++fault)
        line(name_of(static_cast<FileFault>(fault)), counts.met[fault]);
    if (!complete) fmt::print("one of them was not reached\n");
    return complete || counts.seeds < 40;
}

Arguments read_arguments(int count, char** values) {
    Arguments arguments;
    if (const char* seconds = std::getenv("LAMINAR_SIMULATION_SECONDS"))
        arguments.seconds = std::strtoull(seconds, nullptr, 10);
    for (int at = 1; at < count; at += 2) {
        const std::string name = values[at];
        std::uint64_t* const value = name == "--seed"      ? &arguments.seed
                                     : name == "--first"   ? &arguments.first
                                     : name == "--seeds"   ? &arguments.seeds
                                     : name == "--seconds" ? &arguments.seconds
                                     : name == "--workers" ? &arguments.workers
                                                           : nullptr;
        if (!value || at + 1 == count)
            throw std::runtime_error("there is no argument " + name + ", or it has no value");
        *value = std::strtoull(values[at + 1], nullptr, 10);
    }
    return arguments;
}

int run(const Arguments& arguments) {
    const std::vector<std::string> points = crash_points();
    void* memory = ::mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    Counts& counts = *new (memory) Counts;
    counts.next_seed = arguments.first;
    const fs::path folder = folder_of_runs();
    bool good = true;
    if (arguments.seed > 0) {
        good = run_seed(arguments.seed, points, counts, folder, true);
    } else {
        std::vector<pid_t> workers;
        for (std::uint64_t worker = 0; worker < arguments.workers; ++worker) {
            const pid_t child = ::fork();
            if (child == 0) {
                work(arguments, points, counts, folder);
                ::_exit(0);
            }
            if (child > 0) workers.push_back(child);
        }
        for (const pid_t worker : workers) {
            int status = 0;
            (void)::waitpid(worker, &status, 0);
            good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        good = report(points, counts) && good && counts.failures == 0;
    }
    fs::remove_all(folder);
    return good ? 0 : 1;
}

}  // namespace

int main(int count, char** values) {
    try {
        return run(read_arguments(count, values));
    } catch (const std::exception& problem) {
        fmt::print("{}\n", problem.what());
        return 2;
    }
}
