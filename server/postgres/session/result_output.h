#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
#include "runtime/session/session.h"
#include "server/postgres/messages/error_message.h"
#include "server/postgres/messages/message_writer.h"
#include "server/postgres/session/client_channel.h"
#include "server/postgres/session/cursor.h"
#include "server/postgres/session/kept_rows.h"
#include "server/postgres/statements/copy_statement.h"
#include "server/postgres/values/postgres_type.h"

namespace laminar::postgres {

/// Thrown when there is nobody any more who takes the rows of a query.
class ClientGone : public std::runtime_error {
public:
    ClientGone() : std::runtime_error("the client is gone") {}
};

/// What a session shows, as messages to its client. Of the session's thread, but for stream_rows, which comes on the
/// thread that shows streams, and only while is_streaming.
class ResultOutput final : public SessionOutput {
public:
    /// How the rows of a statement go to the client.
    struct Delivery {
        bool describes = true;  ///< A RowDescription comes before them.
        std::vector<std::int16_t> formats =
            {};                   ///< 0 text, 1 binary; none: all text; one: all so; or one for each column.
        std::uint64_t limit = 0;  ///< So many are sent, the rest is kept; 0: all are sent.
        std::optional<CopyFormat> copy = {};  ///< They are sent as lines of COPY TO STDOUT.
        /// Of those that the client was told of; a stream that has others cannot be sent.
        std::optional<std::size_t> described_columns = {};
        bool sends = true;  ///< False: the columns alone are of interest.
        /// They go there instead, to be fetched later. Borrowed.
        WaitingRows* into = nullptr;
        std::size_t room = 0;  ///< Bytes of those that are kept, or go there.
        TypeUse use = TypeUse::rows;
    };
    /// So much is handed over at once.
    static constexpr std::size_t flush_size = 32 << 10;

    explicit ResultOutput(ClientChannel& channel) : channel_(channel) {}

    void begin_result(const std::vector<OutputColumn>& columns) override;
    /// Throws ClientGone, which ends the query.
    void rows(const ResultTable& rows) override { append_rows(rows, 0, rows.rows); }
    /// So many of them, from the first on.
    void append_rows(const ResultTable& rows, std::size_t first, std::size_t count);
    void end_result() override { has_result_ = true; }
    void stream_rows(std::string_view stream, const ResultTable& rows) override;
    void stream_failed(std::string_view stream, std::string_view reason) override;
    void done(std::string_view tag) override { tag_ = tag; }

    /// A statement begins.
    void begin_statement(Delivery delivery);
    /// Those of the result, as they were begun.
    [[nodiscard]] const std::vector<OutputColumn>& columns() const noexcept { return columns_; }
    /// Why the statement's rows could not be taken; it has failed by that.
    [[nodiscard]] const std::optional<ErrorMessage>& refusal() const noexcept { return refusal_; }
    /// The rows that the limit has kept, as messages.
    [[nodiscard]] KeptRows take_kept() noexcept { return std::exchange(kept_, {}); }
    /// RowDescription, or NoData without columns.
    void describe(const std::vector<OutputColumn>& columns, const std::vector<std::int16_t>& formats, TypeUse use);
    /// It had rows, begin_result to end_result.
    [[nodiscard]] bool has_result() const noexcept { return has_result_; }
    [[nodiscard]] std::uint64_t row_count() const noexcept { return row_count_; }
    /// What it said when it had none.
    [[nodiscard]] const std::string& tag() const noexcept { return tag_; }

    /// Rows of streams are sent from here on, or no longer. left_out: asked for the rows that the client was too slow
    /// for. give_up: called on the thread that shows streams when they cannot be sent (refusal).
    void begin_stream(std::function<std::uint64_t()> left_out, std::function<void()> give_up);
    /// None comes after it.
    void end_stream();

    [[nodiscard]] MessageWriter& messages() noexcept { return messages_; }
    void error(const ErrorMessage& error) { append_error(messages_, error); }
    void command_complete(std::string_view tag);
    /// A result of one column and row, with its description.
    void text_rows(const std::vector<std::string>& columns, const std::vector<std::vector<std::string_view>>& rows);
    /// Hands over what has been written. False: the client is gone.
    bool flush();

private:
    [[noreturn]] void refuse_to_keep();
    void append_head(MessageWriter& out, const std::vector<OutputColumn>& columns) const;
    void append(MessageWriter& out, const ResultTable& rows, std::size_t row) const;

    ClientChannel& channel_;
    MessageWriter messages_;
    bool has_result_ = false;
    std::uint64_t row_count_ = 0;
    std::string tag_;
    Delivery delivery_;
    std::vector<OutputColumn> columns_;
    KeptRows kept_;
    std::optional<ErrorMessage> refusal_;
    std::atomic<bool> is_streaming_{false};
    Mutex stream_mutex_;  ///< Held while rows of a stream are sent.
    bool is_described_ LAMINAR_GUARDED_BY(stream_mutex_) = false;
    std::uint64_t told_left_out_ LAMINAR_GUARDED_BY(stream_mutex_) = 0;
    std::function<std::uint64_t()> left_out_ LAMINAR_GUARDED_BY(stream_mutex_);
    std::function<void()> give_up_ LAMINAR_GUARDED_BY(stream_mutex_);
};

}  // namespace laminar::postgres
