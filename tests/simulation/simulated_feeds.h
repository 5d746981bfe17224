#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared_journal.h"

namespace laminar::simulation {

struct Trade {
    std::int64_t at;  ///< Milliseconds after noon.
    char symbol;
    std::int64_t quantity;
};

struct Quote {
    std::int64_t at;
    char symbol;
};

/// Two feeds as their seed makes them, and the model: what all messages together lead to, computed without Laminar.
class SimulatedFeeds {
public:
    explicit SimulatedFeeds(std::uint64_t seed);

    [[nodiscard]] std::size_t count(SharedJournal::Feed feed) const;
    /// Of each message: its id is "t" or "q" with its number.
    [[nodiscard]] std::string payload(SharedJournal::Feed feed, std::size_t number) const;

    /// A table of the script, the columns of it that are asked for, and its rows as JSON, sorted.
    struct Answer {
        std::string table;
        std::string columns;
        std::vector<std::string> rows;
    };
    [[nodiscard]] std::vector<Answer> answers() const;

    /// What is run, again by each process: tables, pipelines and connections of both feeds and a sink.
    static const char* script;
    /// A message may come as many places late, so that no row is late for its window.
    static constexpr std::size_t window = 8;

private:
    std::vector<Trade> trades_;
    std::vector<Quote> quotes_;
};

}  // namespace laminar::simulation
