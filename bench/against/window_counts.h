#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace laminar::bench {

/// What every program here computes, as somebody would write it by hand: how many messages there were of each symbol in
/// each ten seconds of event time. Nothing is ever late and nothing closed: that would cost more.
class WindowCounts {
public:
    /// time: as in 2024-03-15T00:00:12.345Z.
    void add(std::string_view symbol, std::string_view time) {
        const std::uint64_t window = seconds_of(time) / 10;
        if (window != window_) {
            window_ = window;
            counts_ = &windows_[window];
        }
        const auto found = counts_->find(symbol);
        if (found != counts_->end())
            ++found->second;
        else
            counts_->emplace(symbol, 1);
    }
    /// For whoever compares the programs: "60000 messages in 600 groups".
    [[nodiscard]] std::string summary() const {
        std::uint64_t messages = 0;
        std::size_t groups = 0;
        for (const auto& [window, counts] : windows_) {
            groups += counts.size();
            for (const auto& [symbol, count] : counts) messages += count;
        }
        return std::to_string(messages) + " messages in " + std::to_string(groups) + " groups";
    }

private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using Counts = std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>>;

    static std::uint64_t number(std::string_view digits) {
        std::uint64_t value = 0;
        for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
        return value;
    }
    /// Of the month: the feed stays in one.
    static std::uint64_t seconds_of(std::string_view time) {
        return ((number(time.substr(8, 2)) * 24 + number(time.substr(11, 2))) * 60 + number(time.substr(14, 2))) * 60 +
               number(time.substr(17, 2));
    }

    std::unordered_map<std::uint64_t, Counts> windows_;
    std::uint64_t window_ = ~std::uint64_t{0};
    Counts* counts_ = nullptr;
};

}  // namespace laminar::bench
