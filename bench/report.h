#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace laminar::bench {

/// What several rounds of one measurement came to.
struct Spread {
    double median = 0;
    double least = 0;
    double most = 0;
};
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// One contestant: measures once and returns the figure.
using Measurement = std::function<double()>;

/// Runs all contestants in turn, rounds times, so that whatever else the machine does falls on all of them. Returns
/// the figures of each contestant, round by round.
[[nodiscard]] std::vector<std::vector<double>> take_rounds(std::size_t rounds,
                                                           const std::vector<Measurement>& contestants);

/// numerators[i] / denominators[i]: ratios within each round.
[[nodiscard]] std::vector<double> ratios(const std::vector<double>& numerators,
                                         const std::vector<double>& denominators);

/// The figures of one program, printed as a table for people and as one line of JSON for scripts/bench.
class Report {
public:
    /// subject: what is measured and on what input, in one sentence.
    Report(std::string bench, std::string subject) : bench_(std::move(bench)), subject_(std::move(subject)) {}

    void add(const std::string& name, const std::string& unit, std::vector<double> values);
    /// A target of the project, and whether the median of these values is on the right side of the limit.
    void add_target_at_least(const std::string& target, double limit, const std::string& unit,
                             const std::vector<double>& values);
    void add_target_at_most(const std::string& target, double limit, const std::string& unit,
                            const std::vector<double>& values);
    /// To standard output.
    void print() const;

private:
    struct Figure {
        std::string name;
        std::string unit;
        std::size_t rounds;
        Spread spread;
    };
    struct Target {
        std::string text;
        std::string unit;
        Spread spread;
        bool met;
    };

    std::string bench_;
    std::string subject_;
    std::vector<Figure> figures_;
    std::vector<Target> targets_;
};

/// The value after an option such as --rounds on the command line, else what is given. Exits with a message when it is
/// not a number.
[[nodiscard]] double option(int count, char** arguments, const std::string& name, double otherwise);

}  // namespace laminar::bench
