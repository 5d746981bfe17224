#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace laminar::bench {

namespace {

std::string figure_text(double value) {
    if (value >= 1000) return fmt::format("{:.0f}", value);
    if (value >= 10) return fmt::format("{:.1f}", value);
    return fmt::format("{:.3f}", value);
}

/// The texts are our own: quotes are all there is to escape.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') result += '\\';
        result += character;
    }
    return result + '"';
}

std::string json(const Spread& spread) {
    return fmt::format(R"("median":{:.6g},"min":{:.6g},"max":{:.6g})", spread.median, spread.least, spread.most);
}

}  // namespace

Spread spread_of(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return {median, values.front(), values.back()};
}

std::vector<std::vector<double>> take_rounds(std::size_t rounds, const std::vector<Measurement>& contestants) {
    std::vector<std::vector<double>> figures(contestants.size());
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t index = 0; index < contestants.size(); ++index) figures[index].push_back(contestants[index]());
    }
    return figures;
}

std::vector<double> ratios(const std::vector<double>& numerators, const std::vector<double>& denominators) {
    std::vector<double> result;
    for (std::size_t index = 0; index < std::min(numerators.size(), denominators.size()); ++index)
        result.push_back(numerators[index] / denominators[index]);
    return result;
}

void Report::add(const std::string& name, const std::string& unit, std::vector<double> values) {
    const std::size_t rounds = values.size();
    figures_.push_back({name, unit, rounds, spread_of(std::move(values))});
}

void Report::add_target_at_least(const std::string& target, double limit, const std::string& unit,
                                 const std::vector<double>& values) {
    const Spread spread = spread_of(values);
    targets_.push_back({target, unit, spread, spread.median >= limit});
}

void Report::add_target_at_most(const std::string& target, double limit, const std::string& unit,
                                const std::vector<double>& values) {
    const Spread spread = spread_of(values);
    targets_.push_back({target, unit, spread, spread.median <= limit});
}

void Report::print() const {
    std::string figures;
    std::string targets;
    fmt::print("{}: {}\n  {:<58} {:>10} {:>10} {:>10}  unit (rounds)\n", bench_, subject_, "", "median", "min", "max");
    for (const Figure& figure : figures_) {
        fmt::print("  {:<58} {:>10} {:>10} {:>10}  {} ({})\n", figure.name, figure_text(figure.spread.median),
                   figure_text(figure.spread.least), figure_text(figure.spread.most), figure.unit, figure.rounds);
        figures += fmt::format(R"({}{{"name":{},"unit":{},"rounds":{},{}}})", figures.empty() ? "" : ",",
                               quoted(figure.name), quoted(figure.unit), figure.rounds, json(figure.spread));
    }
    for (const Target& target : targets_) {
        fmt::print("  {} {}: {} {} ({} to {})\n", target.met ? "met:    " : "NOT MET:", target.text,
                   figure_text(target.spread.median), target.unit, figure_text(target.spread.least),
                   figure_text(target.spread.most));
        targets += fmt::format(R"({}{{"target":{},"unit":{},"met":{},{}}})", targets.empty() ? "" : ",",
                               quoted(target.text), quoted(target.unit), target.met, json(target.spread));
    }
    fmt::print(R"({{"bench":{},"subject":{},"figures":[{}],"targets":[{}]}})"
               "\n",
               quoted(bench_), quoted(subject_), figures, targets);
    std::fflush(stdout);
}

double option(int count, char** arguments, const std::string& name, double otherwise) {
    for (int index = 1; index + 1 < count; ++index) {
        if (name != arguments[index]) continue;
        char* end = nullptr;
        const double value = std::strtod(arguments[index + 1], &end);
        if (end == arguments[index + 1] || *end != '\0') {
            fmt::print(stderr, "{} wants a number, not {}\n", name, arguments[index + 1]);
            std::exit(2);
        }
        return value;
    }
    return otherwise;
}

}  // namespace laminar::bench
