#include "random_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace laminar::test {

namespace {

/// How the rows of one stream fall in time; in milliseconds.
struct Shape {
    std::int64_t rows = 0;
    std::int64_t pause = 0;       ///< Between rows, at most.
    std::int64_t ties = 0;        ///< In a hundred: rows at the time of the row before.
    std::int64_t gaps = 0;        ///< In a hundred: pauses ten times as long.
    std::int64_t disorder = 0;    ///< Delay of half of the rows, at most: below five seconds none is late.
    std::int64_t stragglers = 0;  ///< In a hundred: rows delayed ten times as long.
    std::int64_t nulls = 0;       ///< In a hundred: values that are NULL.
    std::int64_t step = 1;        ///< Times are multiples of it.
};

class StreamMaker {
public:
    explicit StreamMaker(std::uint64_t seed) : random_(seed) {
        shape_.rows = between(20, 90);
        shape_.pause = between(1, 4) * 2000;
        shape_.ties = between(0, 40);
        shape_.gaps = between(0, 8);
        shape_.disorder = between(0, 2) * 4500;
        shape_.stragglers = between(0, 10);
        shape_.nulls = between(0, 1) * between(1, 12);
        shape_.step = between(0, 1) == 0 ? 1 : 1000;
        keys_ = between(1, 5);
    }

    /// Rows of the values that make_values writes, and a time.
    std::string rows(const std::function<std::string(std::int64_t)>& make_values) {
        struct Row {
            std::int64_t arrival = 0;
            std::string text;
        };
        std::vector<Row> rows;
        std::int64_t time = 0;
        for (std::int64_t row = 0; row < shape_.rows; ++row) {
            if (between(1, 100) > shape_.ties)
                time +=
                    between(0, shape_.pause) * (between(1, 100) <= shape_.gaps ? 10 : 1) / shape_.step * shape_.step;
            std::int64_t delay = between(0, 1) * between(0, shape_.disorder);
            if (between(1, 100) <= shape_.stragglers) delay = between(0, 60'000);
            const std::string at =
                or_null(fmt::format("TIMESTAMP '2024-03-01 10:00:00' + to_milliseconds({})", time), 4);
            rows.push_back({time + delay, fmt::format("({}, {})", make_values(row), at)});
        }
        std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.arrival < b.arrival; });
        std::string text = "VALUES ";
        for (const Row& row : rows) text += (text.size() > 7 ? ", " : "") + row.text;
        return text;
    }

    std::int64_t between(std::int64_t least, std::int64_t most) { return random_between(random_, least, most); }
    std::string or_null(std::string value, std::int64_t less_often = 1) {
        return between(1, 100 * less_often) <= shape_.nulls ? "NULL" : std::move(value);
    }
    std::string key(std::string_view prefix) { return or_null(fmt::format("'{}{}'", prefix, between(1, keys_))); }
    std::string number(std::int64_t least, std::int64_t most) { return or_null(std::to_string(between(least, most))); }
    std::string decimal(std::int64_t most) {
        return or_null(fmt::format("{}.{:02}", between(0, most), between(0, 99)));
    }

private:
    std::mt19937_64 random_;
    Shape shape_;
    std::int64_t keys_ = 1;
};

}  // namespace

std::unique_ptr<Recording> make_random_recording(std::uint64_t seed) {
    StreamMaker trades(seed * 4);
    StreamMaker quotes(seed * 4 + 1);
    StreamMaker orders(seed * 4 + 2);
    StreamMaker payments(seed * 4 + 3);
    std::map<std::string, std::string> queries;
    queries["trades"] = trades.rows([&](std::int64_t) {
        return fmt::format("{}, {}, {}, {}, {}", trades.key("S"), trades.decimal(300), trades.number(1, 40),
                           trades.decimal(2), trades.key("side"));
    });
    queries["quotes"] = quotes.rows([&](std::int64_t) {
        return fmt::format("{}, {}, {}", quotes.key("S"), quotes.decimal(300), quotes.decimal(300));
    });
    queries["orders"] = orders.rows([&](std::int64_t row) {
        return fmt::format("{}, {}, {}", row + 1, orders.key("customer"), orders.decimal(500));
    });
    queries["payments"] = payments.rows([&](std::int64_t row) {
        return fmt::format("{}, {}, {}", payments.number(std::max<std::int64_t>(1, row - 3), row + 4),
                           payments.key("method"), payments.decimal(500));
    });
    return std::make_unique<Recording>(fmt::format("random streams of seed {}", seed), queries);
}

}  // namespace laminar::test
