#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/rows/message.h"

namespace laminar {

/// What is known of the message of each row of a batch beside its payload, in a few bytes. Metadata columns are filled
/// from it when somebody reads them (see fill_in_metadata), which for most of them is never. Not thread-safe.
class RowFacts {
public:
    /// One row more. own_id: what the payload gave as its message id; without, the row has the generated one.
    void append(const Message& message, std::optional<std::string_view> own_id) {
        if (origins_.empty() || origins_.back() != message.origin) add_origin(message.origin);
        // In its place: what is written member by member and copied at once makes the processor wait.
        Fact& fact = facts_.emplace_back();
        fact.sequence = message.sequence;
        fact.received_at = message.received_at;
        fact.wire_size = message.wire_size;
        fact.delivery_count = message.delivery_count;
        fact.origin = static_cast<std::uint32_t>(origins_.size() - 1);
        fact.id_begin = static_cast<std::uint32_t>(ids_.size());
        fact.binary = message.binary;
        if (own_id) {
            fact.has_own_id = true;
            ids_ += *own_id;
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return facts_.size(); }
    /// Microseconds since the epoch, UTC.
    [[nodiscard]] std::int64_t received_at(std::size_t row) const noexcept { return facts_[row].received_at; }
    /// Makes message the one of a row, without its payload. A message that is used for row after row is changed least.
    void read(std::size_t row, Message& message) const;
    /// What the payload gave as its message id; nothing where it has the generated one.
    [[nodiscard]] std::optional<std::string_view> own_id(std::size_t row) const;
    /// Of rows from first on, which have the generated one.
    void give_ids(std::size_t first, std::string_view id);
    /// Appends the row's message id, its own or the generated one.
    void append_message_id(std::size_t row, std::string& target) const;

    /// Adds all rows of others.
    void append_all(const RowFacts& other);
    /// Drops the rows from size on.
    void truncate(std::size_t size);
    void clear() noexcept;
    /// With the texts that columns will have when they are filled.
    [[nodiscard]] std::size_t byte_size() const noexcept {
        return facts_.size() * sizeof(Fact) + ids_.size() + origin_bytes_;
    }

private:
    struct Fact {
        std::uint64_t sequence = 0;
        std::int64_t received_at = 0;
        std::uint64_t wire_size = 0;
        std::uint32_t delivery_count = 1;
        std::uint32_t origin = 0;    ///< Index in origins_.
        std::uint32_t id_begin = 0;  ///< In ids_; it ends where that of the next row begins.
        bool has_own_id = false;
        bool binary = false;
    };

    void add_origin(std::shared_ptr<const MessageOrigin> origin);

    std::vector<Fact> facts_;
    std::string ids_;
    std::vector<std::shared_ptr<const MessageOrigin>> origins_;  ///< In the order of the rows.
    std::size_t origin_bytes_ = 0;
};

}  // namespace laminar
