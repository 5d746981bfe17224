#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/codec/message_framing.h"
#include "runtime/engine/engine.h"

namespace laminar {

/// The messages of one sink that are committed and not known to have been sent, in a table of a data directory
/// (laminar_kept.outbox). They come with the commit of what made them, and go with one after they have been sent; what
/// is there at a start is to be sent again. The bytes are those that were made at first, so that ids in them stay.
/// Engine thread only.
class Outbox {
public:
    struct Entry {
        std::int64_t place = 0;  ///< In the order of the sink, from 1.
        FramedMessage framed;
    };

    /// owner: whose sink it is, as in the StateStore. Throws EngineException.
    Outbox(Engine& engine, std::string owner);
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    /// What is there, in order.
    [[nodiscard]] std::vector<Entry> read();
    // Within a transaction of the caller. They throw EngineException.
    void add(const std::vector<Entry>& entries);
    void remove(const std::vector<std::int64_t>& places);

private:
    Engine& engine_;
    std::string owner_;
    std::unique_ptr<BatchSlot> added_;  ///< They outlive the statements that read them.
    std::unique_ptr<BatchSlot> removed_;
    std::unique_ptr<PreparedQuery> insert_;
    std::unique_ptr<PreparedQuery> delete_;
};

}  // namespace laminar
