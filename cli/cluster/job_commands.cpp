#include "cli/cluster/job_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "cli/cluster/flink_statements.h"
#include "cli/cluster/submitted_job.h"
#include "cli/commands/document_output.h"
#include "cli/commands/stop_request.h"
#include "cli/scripts/script_loader.h"
#include "cli/terminal/stop_signals.h"

namespace laminar {

namespace {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

constexpr std::chrono::seconds look_every{1};
constexpr std::size_t longest_shown = 60;

struct JobState {
    std::string name;
    std::string state;  ///< RUNNING, FINISHED, FAILED, ...
    std::string since;
};

bool has_ended(const std::string& state) {
    return state == "FINISHED" || state == "FAILED" || state == "CANCELED" || state == "SUSPENDED";
}

void say(const std::string& text) { fmt::print(stderr, "laminar: {}\n", text); }

int fail(int code, const std::string& text) {
    say(text);
    return code;
}

/// The first words of a statement, on one line.
std::string shown(const std::string& statement) {
    std::string text = statement.substr(0, statement.find('\n'));
    if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "...";
    return text;
}

std::string set_statement(const std::string& key, const std::string& value) {
    return fmt::format("SET {} = {}", flink_literal(key), flink_literal(value));
}

/// Nothing: Flink knows no such job, or no longer.
std::optional<JobState> find_job(SqlGateway& gateway, const std::string& id) {
    const SqlGateway::Result jobs = gateway.execute("SHOW JOBS");
    for (const std::vector<std::string>& row : jobs.rows) {
        if (row.size() >= 4 && row[0] == id) return JobState{row[1], row[2], row[3]};
    }
    return std::nullopt;
}

/// What the commands have in common: the job of the folder, the gateway, signals, and what errors are said as.
class JobWork {
public:
    explicit JobWork(const JobOptions& options) : options_(options) {}

    int execute(const std::function<int(SqlGateway&)>& work) {
        try {
            std::error_code ignored;
            if (!std::filesystem::is_directory(options_.directory, ignored))
                return fail(exit_usage, fmt::format("there is no folder \"{}\"", options_.directory));
            known_ = read_submitted_job(options_.directory);
            if (!find_gateway()) return exit_usage;
            const StopSignals signals([this](int /*signal*/, unsigned /*count*/) { stop_.make(StopReason::signal); });
            SqlGateway gateway(*address_, [this] { return stop_.reason() != StopReason::none; });
            return work(gateway);
        } catch (const SqlGateway::Refusal& refusal) {
            return fail(exit_failed, fmt::format("{}: {}", address_->url(), refusal.what()));
        } catch (const HttpClient::Failure& failure) {
            return fail(exit_failed, failure.what());
        } catch (const std::runtime_error& problem) {
            return fail(exit_usage, problem.what());
        }
    }

    /// Of a folder whose job is to be there.
    int execute_for_job(const std::function<int(SqlGateway&)>& work) {
        return execute([&](SqlGateway& gateway) {
            if (!known_)
                return fail(exit_usage, fmt::format("\"{}\" has no job.json: laminar submit has not been used with it",
                                                    options_.directory));
            return work(gateway);
        });
    }

    [[nodiscard]] const std::optional<SubmittedJob>& known() const { return known_; }
    [[nodiscard]] std::string gateway_url() const { return address_->url(); }
    StopRequest& stop() { return stop_; }

private:
    bool find_gateway() {
        address_ = options_.gateway;
        if (!address_ && known_) address_ = parse_gateway_address(known_->gateway);
        if (!address_) {
            say("give the SQL gateway of Flink: --gateway http://HOST:8083");
            return false;
        }
        if (options_.authority) address_->tls = HttpTls{*options_.authority};
        return true;
    }

    const JobOptions& options_;
    std::optional<SubmittedJob> known_;
    std::optional<GatewayAddress> address_;
    StopRequest stop_;
};

class Submission {
public:
    explicit Submission(const SubmitOptions& options) : options_(options), work_(options) {}

    int execute() {
        const std::filesystem::path path = std::filesystem::path(options_.directory) / "pipelines.sql";
        const LoadedScript script = load_script(path.string());
        if (!script.source)
            return fail(exit_usage, fmt::format("{}; laminar export --target flink writes it", script.failure));
        statements_ = flink_statements(script.source->text());
        return work_.execute([this](SqlGateway& gateway) { return submit(gateway); });
    }

private:
    int submit(SqlGateway& gateway) {
        if (const int code = refuse_second(gateway); code != exit_done) return code;
        job_.gateway = work_.gateway_url();
        job_.name = options_.name.empty() ? folder_name() : options_.name;
        (void)gateway.execute(set_statement("pipeline.name", job_.name));
        for (const auto& [key, value] : options_.settings) (void)gateway.execute(set_statement(key, value));
        if (const std::string state = state_to_begin_with(); !state.empty()) {
            (void)gateway.execute(set_statement("execution.state-recovery.path", state));
            say("begins with the state in " + state);
        }
        for (const std::string& statement : statements_) {
            try {
                const SqlGateway::Result result = gateway.execute(statement);
                if (!result.job.empty()) job_.id = result.job;
            } catch (const SqlGateway::Refusal& refusal) {
                return fail(exit_failed, fmt::format("{} does not take \"{}\": {}", work_.gateway_url(),
                                                     shown(statement), refusal.what()));
            }
        }
        if (job_.id.empty())
            return fail(exit_failed, "pipelines.sql has no statement that Flink runs as a job: export it again");
        write_submitted_job(options_.directory, job_);
        (void)print_document(job_.id + "\n");
        say(fmt::format("job {} runs {}: laminar status {}", job_.id, job_.name, options_.directory));
        return options_.waits ? wait(gateway) : exit_done;
    }

    /// Two jobs would write everything twice.
    int refuse_second(SqlGateway& gateway) {
        if (!work_.known()) return exit_done;
        const std::optional<JobState> job = find_job(gateway, work_.known()->id);
        if (!job || has_ended(job->state)) return exit_done;
        return fail(exit_failed, fmt::format("\"{0}\" has been submitted: job {1} is {2}; laminar cancel {0} ends it",
                                             options_.directory, work_.known()->id, job->state));
    }

    [[nodiscard]] std::string state_to_begin_with() const {
        if (options_.begins_anew) return {};
        if (!options_.savepoint.empty()) return options_.savepoint;
        return work_.known() ? work_.known()->savepoint : std::string();
    }

    [[nodiscard]] std::string folder_name() const {
        const std::filesystem::path path = std::filesystem::weakly_canonical(options_.directory);
        return path.filename().empty() ? path.parent_path().filename().string() : path.filename().string();
    }

    int wait(SqlGateway& gateway) {
        while (true) {
            const std::optional<JobState> job = find_job(gateway, job_.id);
            if (!job) return fail(exit_failed, fmt::format("Flink does not know job {} any more", job_.id));
            if (has_ended(job->state)) {
                say(fmt::format("job {} is {}", job_.id, job->state));
                return job->state == "FINISHED" ? exit_done : exit_failed;
            }
            if (work_.stop().wait_for(look_every)) return fail(exit_failed, "interrupted: the job goes on");
        }
    }

    const SubmitOptions& options_;
    JobWork work_;
    std::vector<std::string> statements_;
    SubmittedJob job_;
};

}  // namespace

int submit_command(const SubmitOptions& options) { return Submission(options).execute(); }

int status_command(const JobOptions& options) {
    JobWork work(options);
    return work.execute_for_job([&](SqlGateway& gateway) {
        const std::optional<JobState> job = find_job(gateway, work.known()->id);
        if (!job)
            return fail(exit_failed, fmt::format("{} does not know job {} any more: Flink forgets jobs that have ended",
                                                 work.gateway_url(), work.known()->id));
        if (print_document(fmt::format("{}  {}  since {}  {}\n", work.known()->id, job->state, job->since,
                                       job->name)) != exit_done)
            return exit_failed;
        return job->state == "FAILED" || job->state == "FAILING" ? exit_failed : exit_done;
    });
}

int cancel_command(const CancelOptions& options) {
    JobWork work(options);
    return work.execute_for_job([&](SqlGateway& gateway) {
        SubmittedJob job = *work.known();
        const std::optional<JobState> state = find_job(gateway, job.id);
        if (!state || has_ended(state->state))
            return fail(exit_failed, fmt::format("job {} does not run: it is {}", job.id,
                                                 state ? state->state : std::string("not known any more")));
        if (!options.savepoint_directory.empty())
            (void)gateway.execute(set_statement("execution.checkpointing.savepoint-dir", options.savepoint_directory));
        std::string statement = "STOP JOB " + flink_literal(job.id);
        if (options.leaves_state) statement += " WITH SAVEPOINT";
        if (options.drains) statement += " WITH DRAIN";
        try {
            const SqlGateway::Result stopped = gateway.execute(statement);
            job.savepoint = options.leaves_state && !stopped.rows.empty() && !stopped.rows.front().empty()
                                ? stopped.rows.front().front()
                                : std::string();
        } catch (const SqlGateway::Refusal& refusal) {
            const bool wants_place = options.leaves_state && options.savepoint_directory.empty();
            return fail(exit_failed,
                        fmt::format("job {} goes on: {}{}", job.id, refusal.what(),
                                    wants_place ? "; --savepoint-dir says where its state is to be left" : ""));
        }
        write_submitted_job(options.directory, job);
        say(job.savepoint.empty()
                ? fmt::format("job {} has ended, without its state", job.id)
                : fmt::format("job {} has ended; its state is in {}, with which laminar submit {} goes on", job.id,
                              job.savepoint, options.directory));
        return exit_done;
    });
}

}  // namespace laminar
