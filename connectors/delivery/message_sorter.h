#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/codec/format/message_parts.h"
#include "connectors/codec/json/json_places.h"
#include "connectors/rows/column_batch.h"
#include "connectors/rows/message.h"

namespace laminar {

/// Decides, before a message is decoded, which readers of its connection it is for (BatchSchema::accept): once for all
/// of them, and by no more of the message than their conditions name. Where each object of a message is a row, each is
/// judged for itself. What is not JSON is for all, so that it becomes the error that it would be. Immutable; any number
/// of threads may sort, each with an answer of its own.
class MessageSorter {
public:
    using Schemas = std::vector<std::shared_ptr<const BatchSchema>>;

    /// What each reader is to have, in the order in which they were given; and scratch memory.
    struct Answer {
        std::vector<MessageShare> shares = {};
        std::size_t takers = 0;  ///< How many of them have any.

    private:
        friend class MessageSorter;
        JsonPlaces::Found found_ = {};
        std::vector<std::uint8_t> facts_fit_ = {};
        std::string text_ = {};
    };

    /// Null where every reader takes everything.
    [[nodiscard]] static std::shared_ptr<const MessageSorter> make(const Schemas& readers);

    explicit MessageSorter(const Schemas& readers);
    void sort(const Message& message, Answer& answer) const;

private:
    struct Condition {
        std::size_t place = 0;  ///< In places_, or
        MetadataField metadata = MetadataField::message;
        std::vector<ConditionValue> values;
    };
    struct Reader {
        std::vector<Condition> of_values;  ///< In the message.
        std::vector<Condition> of_facts;
        bool takes_objects = false;  ///< Each is a row of its own.

        [[nodiscard]] bool takes_all() const noexcept { return of_values.empty() && of_facts.empty(); }
    };

    /// Values of a message that are judged: those that are rows for readers that take objects, and for the others.
    struct Judged {
        std::size_t objects = 0;
        std::size_t values = 0;
        bool is_broken = false;  ///< Some line of it.
    };

    [[nodiscard]] bool is_for(const Reader& reader, Answer& answer) const;
    void sort_one(std::string_view payload, std::size_t begin, Answer& answer) const;
    void sort_several(std::string_view payload, Answer& answer) const;
    [[nodiscard]] JsonPlaces::Look sort_value(std::string_view payload, std::size_t begin, Judged& judged,
                                              Answer& answer) const;
    [[nodiscard]] JsonPlaces::Look sort_elements(std::string_view payload, std::size_t begin, Judged& judged,
                                                 Answer& answer) const;
    void judge(std::size_t begin, bool is_object, bool is_value, Judged& judged, Answer& answer) const;
    void give_to_all(Answer& answer) const;

    JsonPlaces places_;
    std::vector<Reader> readers_;
    bool some_take_objects_ = false;
    bool some_take_values_ = false;
};

}  // namespace laminar
