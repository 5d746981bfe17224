#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/rows/column_batch.h"
#include "parser/text/same_bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace laminar {

/// A place in a JSON message from which columns are filled, and the places below it. Learns in which order a feed sends
/// its fields, wanted or not, so that most keys are recognized by one comparison. Mutable scratch of one decoder.
class FieldNode {
public:
    struct Match {
        FieldNode* node = nullptr;  ///< Null: no column wants this field.
        bool exact = false;         ///< Same case.
    };
    /// How well a place suits a column that may be filled from several.
    enum class Rank : std::uint8_t { exact_name, nested_path, other_case };
    /// A column of such a place, and what the place is for it in the name's own case, and in another.
    struct Claim {
        std::uint32_t column = 0;
        Rank rank = Rank::exact_name;
        bool by_name = false;  ///< In another case, too.
    };

    std::vector<std::uint32_t> columns;  ///< Columns whose value is here, by index in the schema.
    /// Not empty where not all columns of the place may be filled from it at any time: the writer then chooses columns
    /// from these whenever the field comes.
    std::vector<Claim> claims;
    bool is_message_id = false;

    // State of the row being decoded.
    std::uint64_t seen_in_row = 0;  ///< Number of the row in which the field was last seen.
    bool seen_exact = false;

    [[nodiscard]] bool has_children() const noexcept { return !children_.empty(); }
    [[nodiscard]] bool is_wanted() const noexcept { return !columns.empty() || is_message_id; }
    FieldNode& child(const std::string& step);
    /// Has find take the field of a child's name in any case, where there is no child of that very spelling.
    void take_any_case(const std::string& step);
    [[nodiscard]] const std::vector<std::unique_ptr<FieldNode>>& children() const noexcept { return children_; }

    /// The field of a key that is the position-th of its object: of that spelling first, then of those that may be in
    /// another (ASCII) case.
    [[nodiscard]] Match find(std::size_t position, std::string_view key) {
        if (position < learned_.size() && equals(learned_[position].key, key)) return learned_[position].match;
        return find_and_learn(position, key);
    }
    /// The same where text, which stands after a key's opening quote, begins with the key that has been learned for the
    /// position, and its closing quote: the key need not be read then. Gives the length of the key, 0 otherwise. Looks
    /// at sixteen bytes of text.
    [[nodiscard]] std::size_t find_ahead(std::size_t position, const char* text, Match& match) const {
        if (position >= learned_.size()) return 0;
        const Learned& learned = learned_[position];
        if (!begins_with(text, learned.ahead, learned.ahead_size)) return 0;
        match = learned.match;
        return learned.ahead_size - 1;
    }
    /// The field of an array element.
    [[nodiscard]] FieldNode* element(std::size_t index) const noexcept;

private:
    struct Learned {
        std::string key = "\xFF";  ///< Not UTF-8: equals no key until learned.
        Match match;
        /// The key and its closing quote, if it is short, not empty and written as it is.
        std::array<char, 16> ahead{};
        std::size_t ahead_size = 0;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    [[nodiscard]] static bool equals(std::string_view learned, std::string_view key) noexcept {
        return learned.size() == key.size() && same_bytes(learned.data(), key.data(), key.size());
    }
    /// By all 16 bytes of both. False when size is 0.
    [[nodiscard]] static bool begins_with(const char* text, const std::array<char, 16>& start,
                                          std::size_t size) noexcept {
#ifdef __SSE2__
        const __m128i same = _mm_cmpeq_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text)),
                                            _mm_loadu_si128(reinterpret_cast<const __m128i*>(start.data())));
        const unsigned wanted = (1U << size) - 1;
        return size != 0 && (static_cast<unsigned>(_mm_movemask_epi8(same)) & wanted) == wanted;
#else
        return size != 0 && std::memcmp(text, start.data(), size) == 0;
#endif
    }
    using Index = std::unordered_map<std::string, FieldNode*, Hash, std::equal_to<>>;

    Match find_and_learn(std::size_t position, std::string_view key);

    std::vector<std::unique_ptr<FieldNode>> children_;
    Index by_name_;
    Index by_folded_name_;
    std::size_t longest_name_ = 0;
    std::vector<std::pair<std::size_t, FieldNode*>> by_index_;
    std::vector<Learned> learned_;
    std::string folded_;
};

/// All places from which the columns of a schema are filled; the root is the message's object. message_id_field is a
/// JSON path such as $.header.id; the $ may be left out, and a path of one step is the name of a field. Names of
/// columns that differ in nothing but case are taken as they are spelled, and so is every step of a path.
[[nodiscard]] std::unique_ptr<FieldNode> make_field_tree(const BatchSchema& schema,
                                                         const std::string& message_id_field);

}  // namespace laminar
