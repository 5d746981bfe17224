#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/codec/format/message_decoder.h"
#include "connectors/delivery/message_sorter.h"
#include "connectors/rows/column_batch.h"

namespace laminar::bench {

/// Event messages (bench/feed.h), one a millisecond.
[[nodiscard]] std::vector<std::string> event_messages(std::size_t count);

/// A column that is the field of that name.
[[nodiscard]] BatchColumn field_column(const std::string& name, ColumnType type);
/// All seven fields of an event message.
[[nodiscard]] std::vector<BatchColumn> event_columns();
/// The three of them that a count by symbol and time over a filter by price needs.
[[nodiscard]] std::vector<BatchColumn> counted_event_columns();

/// A decoder and the batch it fills again and again.
class DecodeWork {
public:
    explicit DecodeWork(std::vector<BatchColumn> columns);
    /// Decodes all messages into the emptied batch. A message that is refused ends the program.
    void run(const std::vector<std::string>& messages);

private:
    friend class SharedDecodeWork;
    friend class SortedDecodeWork;
    std::shared_ptr<BatchSchema> schema_;
    std::unique_ptr<MessageDecoder> decoder_;
    ColumnBatch batch_;
};

/// What several of them do, with one parse for all.
class SharedDecodeWork {
public:
    void add(std::vector<BatchColumn> columns) { works_.emplace_back(std::move(columns)); }
    void run(const std::vector<std::string>& messages);

private:
    std::deque<DecodeWork> works_;
};

/// What several of them do where each has a kind of messages of its own (option accept of tables): those whose
/// event_type it is.
class SortedDecodeWork {
public:
    void add(std::vector<BatchColumn> columns, const std::string& event_type);
    void run(const std::vector<std::string>& messages);

private:
    std::deque<DecodeWork> works_;
    std::shared_ptr<const MessageSorter> sorter_;  ///< Of all works.
    MessageSorter::Answer answer_;
};

}  // namespace laminar::bench
