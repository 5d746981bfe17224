#pragma once

#include <antlr4-runtime.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/text/ascii.h"

namespace laminar {

/// Shows part of a UTF-8 text to the lexer, byte by byte, with ASCII letters in upper case. Indexes are byte offsets
/// into the whole text, so that token positions are source spans without conversion. The text must outlive the stream.
/// For the parser alone: it sees ANTLR.
class CaseFoldingStream final : public antlr4::CharStream {
public:
    CaseFoldingStream(std::string_view text, std::size_t begin, std::size_t end)
        : text_(text), begin_(begin), end_(end), index_(begin) {}

    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] std::size_t end() const noexcept { return end_; }

    void consume() override { ++index_; }
    std::size_t LA(ssize_t distance) override {
        const std::size_t at = distance > 0 ? index_ + static_cast<std::size_t>(distance) - 1
                                            : index_ - static_cast<std::size_t>(-distance);
        if (at < begin_ || at >= end_) return antlr4::IntStream::EOF;
        return static_cast<unsigned char>(to_upper(text_[at]));
    }
    ssize_t mark() override { return -1; }
    void release(ssize_t /*marker*/) override {}
    std::size_t index() override { return index_; }
    void seek(std::size_t index) override { index_ = index; }
    std::size_t size() override { return end_ - begin_; }
    std::string getSourceName() const override { return {}; }
    std::string getText(const antlr4::misc::Interval& interval) override {
        const auto first = static_cast<std::size_t>(interval.a);
        const auto last = static_cast<std::size_t>(interval.b);
        if (first >= end_ || last < first) return {};
        return std::string(text_.substr(first, last + 1 - first));
    }
    std::string toString() const override { return std::string(text_.substr(begin_, end_ - begin_)); }

private:
    std::string_view text_;
    std::size_t begin_;
    std::size_t end_;
    std::size_t index_;
};

}  // namespace laminar
