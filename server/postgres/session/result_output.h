#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/threads/mutex.h"
#include "runtime/session/session.h"
#include "server/postgres/messages/error_message.h"
#include "server/postgres/messages/message_writer.h"
#include "server/postgres/session/client_channel.h"

namespace laminar::postgres {

/// What a session shows, as messages to its client. Of the session's thread, but for stream_rows, which comes on the
/// thread that shows streams, and only while is_streaming.
class ResultOutput final : public SessionOutput {
public:
    explicit ResultOutput(ClientChannel& channel) : channel_(channel) {}

    void begin_result(const std::vector<OutputColumn>& columns) override;
    /// Throws std::runtime_error when the client is gone, which ends the query.
    void rows(const ResultTable& rows) override;
    void end_result() override { has_result_ = true; }
    void stream_rows(std::string_view stream, const ResultTable& rows) override;
    void done(std::string_view tag) override { tag_ = tag; }

    /// A statement begins.
    void begin_statement();
    /// It had rows, begin_result to end_result.
    [[nodiscard]] bool has_result() const noexcept { return has_result_; }
    [[nodiscard]] std::uint64_t row_count() const noexcept { return row_count_; }
    /// What it said when it had none.
    [[nodiscard]] const std::string& tag() const noexcept { return tag_; }

    /// Rows of streams are sent from here on, or no longer. left_out: asked for the rows that the client was too slow
    /// for.
    void begin_stream(std::function<std::uint64_t()> left_out);
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
    ClientChannel& channel_;
    MessageWriter messages_;
    bool has_result_ = false;
    std::uint64_t row_count_ = 0;
    std::string tag_;
    std::vector<ColumnType> types_;
    std::atomic<bool> is_streaming_{false};
    Mutex stream_mutex_;  ///< Held while rows of a stream are sent.
    bool is_described_ LAMINAR_GUARDED_BY(stream_mutex_) = false;
    std::uint64_t told_left_out_ LAMINAR_GUARDED_BY(stream_mutex_) = 0;
    std::function<std::uint64_t()> left_out_ LAMINAR_GUARDED_BY(stream_mutex_);
};

}  // namespace laminar::postgres
