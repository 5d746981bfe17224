#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "server/postgres/catalog/sql_tokens.h"

namespace laminar::postgres {

/// Thrown when the work is more than the query is worth.
struct TooMuchWork {};

/// Looking for where something begins or ends is bounded for a query as a whole, by a multiple of what large ones take.
/// A value.
class Work {
public:
    /// Throws TooMuchWork.
    void step(std::size_t count = 1) {
        if (count > left_) throw TooMuchWork();
        left_ -= count;
    }

private:
    std::size_t left_ = 4'000'000;
};

/// Goes through the tokens of a query once and writes others: what take does not take stays. Of one thread.
class TokenPass {
public:
    using Tokens = std::vector<SqlToken>;

    /// Borrowed: work.
    TokenPass(Tokens tokens, Work& work) : in_(std::move(tokens)), work_(work) {}
    virtual ~TokenPass() = default;
    TokenPass(const TokenPass&) = delete;
    TokenPass& operator=(const TokenPass&) = delete;

    [[nodiscard]] Tokens run();

protected:
    using Kind = SqlToken::Kind;

    /// Writes what stands for the tokens at hand, and goes behind them. False: nothing does.
    virtual bool take() = 0;

    /// The token at hand, or one further ahead; an empty symbol where there is none.
    [[nodiscard]] const SqlToken& peek(std::size_t ahead = 0) const;
    void put(Kind kind, std::string_view value);
    void put_symbol(std::string_view value) { put(Kind::symbol, value); }

    /// Where the operand of :: begins, which has just been written: a value, or a call, with casts of its own.
    [[nodiscard]] std::size_t operand_begin();
    /// The innermost parenthesis that is open at the end of what is written; there is one.
    [[nodiscard]] std::size_t open_parenthesis();
    /// Behind the parenthesis that closes the one at a place of what is read.
    [[nodiscard]] std::size_t behind_parenthesis(std::size_t at);

    /// '{a,b}' is a list, which the engine writes in brackets. False: it is none of plain values.
    static bool turn_braces(SqlToken& token);

    Tokens in_;
    Tokens out_;
    std::size_t at_ = 0;  ///< Of in_.
    Work& work_;

private:
    [[nodiscard]] std::size_t primary_begin(std::size_t last);
    [[nodiscard]] std::size_t matching_open(std::size_t at, std::string_view open, std::string_view close);
};

}  // namespace laminar::postgres
