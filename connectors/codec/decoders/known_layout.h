#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/codec/rows/field_tree.h"
#include "connectors/codec/rows/row_writer.h"

namespace laminar {

/// The form of an object: the text between its values, and the places of these. A feed sends the same fields in the
/// same order again and again, so that what stands between two values can be compared instead of parsed.
class KnownLayout {
public:
    /// Of an object that is valid JSON, begins with its brace, and has no backslash. Nothing: it is not worth knowing.
    [[nodiscard]] static std::optional<KnownLayout> of(std::string_view object, FieldNode& root);

    /// Whether the object may be of this form: a quick look.
    [[nodiscard]] bool may_be_of(std::string_view object) const noexcept {
        return object.starts_with(parts_[0].before);
    }
    /// Writes the fields of an object of this form, in a row that has been begun. False: it is of another, or it is not
    /// plain, or the writer refuses a value; the row is then to be discarded, and read by other means.
    [[nodiscard]] bool read_fields(std::string_view object, RowWriter& writer) const;

private:
    /// A value, and the text before it from the end of the one before.
    struct Part {
        std::string before;
        FieldNode* node = nullptr;  ///< Null: no column wants it.
        bool exact = false;
        /// An object whose fields follow: there is nothing to read of it, and nothing stands before it.
        bool is_entered = false;
    };
    class Maker;

    std::vector<Part> parts_;
    std::string end_;  ///< After the last value.
};

/// The layouts of the objects that a decoder has read. Where messages keep having others, it stops looking for a while.
/// Scratch of one decoder; not thread-safe.
class KnownLayouts {
public:
    /// keeps_misfits: that a value does not fit is no error of a tolerant writer's row.
    KnownLayouts(RowWriter& writer, FieldNode& root, bool keeps_misfits)
        : writer_(writer), root_(root), keeps_misfits_(keeps_misfits) {}

    /// Of a message that writer has begun and that is to be one row, if it is an object of a known layout: that row,
    /// with all values as the parser would have read them. False: nothing of it is left in the batch.
    [[nodiscard]] bool read_row(std::string_view payload);
    /// The same message has been read by the parser, without an error, as one object that is a row.
    void learn(std::string_view payload);

private:
    static constexpr std::size_t most_layouts = 4;
    static constexpr std::size_t misses_before_rest = 16;
    static constexpr std::size_t first_rest = 64;
    static constexpr std::size_t longest_rest = 16'384;

    [[nodiscard]] bool read_row_as(const KnownLayout& layout, std::string_view payload);

    RowWriter& writer_;
    FieldNode& root_;
    bool keeps_misfits_;
    std::vector<KnownLayout> layouts_;    ///< The one that was met last comes first.
    std::size_t misses_ = 0;              ///< Since the last hit.
    std::size_t rest_ = 0;                ///< Messages that are still to be passed by without looking.
    std::size_t next_rest_ = first_rest;  ///< Longer each time, until one is met again.
};

}  // namespace laminar
