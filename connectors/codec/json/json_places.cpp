#include "connectors/codec/json/json_places.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "connectors/codec/json/json_text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace laminar {
namespace {

#ifdef __SSE2__
constexpr std::size_t block_size = 16;

__m128i block_at(const char* text) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text)); }
__m128i is(__m128i block, char character) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(character)); }
unsigned mask_of(__m128i places) { return static_cast<unsigned>(_mm_movemask_epi8(places)); }
#endif

/// Where the next quote or bracket is, or the end.
std::size_t next_mark(std::string_view text, std::size_t at) noexcept {
#ifdef __SSE2__
    for (; at + block_size <= text.size(); at += block_size) {
        const __m128i block = block_at(text.data() + at);
        // Square and curly brackets differ in this bit alone.
        const __m128i folded = _mm_or_si128(block, _mm_set1_epi8(0x20));
        const unsigned marks = mask_of(_mm_or_si128(is(block, '"'), _mm_or_si128(is(folded, '{'), is(folded, '}'))));
        if (marks != 0) return at + static_cast<std::size_t>(__builtin_ctz(marks));
    }
#endif
    return std::min(text.find_first_of("\"{}[]", at), text.size());
}

/// Where the next quote, backslash or control character of a string is, or the end.
std::size_t next_in_string(std::string_view text, std::size_t at) noexcept {
#ifdef __SSE2__
    for (; at + block_size <= text.size(); at += block_size) {
        const __m128i block = block_at(text.data() + at);
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
        const unsigned marks = mask_of(_mm_or_si128(control, _mm_or_si128(is(block, '"'), is(block, '\\'))));
        if (marks != 0) return at + static_cast<std::size_t>(__builtin_ctz(marks));
    }
#endif
    while (at < text.size() && text[at] != '"' && text[at] != '\\' && static_cast<unsigned char>(text[at]) >= 0x20)
        ++at;
    return at;
}

}  // namespace

struct JsonPlaces::Node {
    std::optional<std::size_t> place;
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> members;
    std::vector<std::pair<std::size_t, const Node*>> elements;  ///< Those of members whose names are numbers.

    [[nodiscard]] const Node* member(std::string_view name) const noexcept {
        for (const auto& [key, node] : members) {
            if (key == name) return node.get();
        }
        return nullptr;
    }
    [[nodiscard]] const Node* element(std::size_t index) const noexcept {
        for (const auto& [position, node] : elements) {
            if (position == index) return node;
        }
        return nullptr;
    }
};

/// One look. Members that return false have stopped: since something is broken, or since all has been found.
class JsonPlaces::Scan {
public:
    Scan(std::string_view text, std::size_t begin, std::size_t places, bool to_end, Found& found)
        : text_(text), at_(begin), left_(places), to_end_(to_end), found_(found) {}

    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }

    /// node: null where nothing is looked for.
    bool read_value(const Node* node) {
        const std::size_t begin = at_;
        switch (peek()) {
            case '{':
            case '[':
                if (node != nullptr && !note(*node, begin, begin + 1)) return false;
                if (node == nullptr || node->members.empty()) return skip_container();
                return text_[begin] == '{' ? read_object(*node) : read_array(*node);
            case '"':
                if (!skip_string()) return false;
                break;
            case 't':
            case 'f':
            case 'n':
            case '-':
            case '0':
            case '1':
            case '2':
            case '3':
            case '4':
            case '5':
            case '6':
            case '7':
            case '8':
            case '9':
                at_ = std::min(text_.find_first_of(",]} \n\r\t", at_), text_.size());
                break;
            default:
                return give_up();
        }
        return node == nullptr || note(*node, begin, at_);
    }

private:
    /// NUL, which JSON does not have between values, at the end.
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_space() noexcept { at_ = skip_json_space(text_, at_); }
    bool give_up() noexcept {
        is_broken_ = true;
        return false;
    }

    bool note(const Node& node, std::size_t begin, std::size_t end) {
        if (!node.place) return true;
        std::string_view& value = found_[*node.place];
        if (!value.empty()) return true;
        value = text_.substr(begin, end - begin);
        return --left_ > 0 || to_end_;
    }

    bool skip_string() {
        ++at_;
        for (;;) {
            at_ = next_in_string(text_, at_);
            switch (peek()) {
                case '"':
                    ++at_;
                    return true;
                case '\\':
                    at_ += 2;
                    break;
                default:
                    return give_up();
            }
        }
    }

    bool skip_container() {
        std::size_t depth = 0;
        for (;;) {
            at_ = next_mark(text_, at_);
            switch (peek()) {
                case '"':
                    if (!skip_string()) return false;
                    continue;
                case '{':
                case '[':
                    ++depth;
                    break;
                case '}':
                case ']':
                    --depth;
                    break;
                default:
                    return give_up();
            }
            ++at_;
            if (depth == 0) return true;
        }
    }

    bool read_object(const Node& node) {
        ++at_;
        skip_space();
        if (peek() == '}') return take();
        for (;;) {
            const std::size_t key = at_;
            if (peek() != '"') return give_up();
            if (!skip_string()) return false;
            const Node* member = node.member(json_string_content(text_.substr(key, at_ - key), name_));
            skip_space();
            if (peek() != ':') return give_up();
            ++at_;
            skip_space();
            if (!read_value(member)) return false;
            skip_space();
            if (peek() == '}') return take();
            if (peek() != ',') return give_up();
            ++at_;
            skip_space();
        }
    }

    bool read_array(const Node& node) {
        ++at_;
        skip_space();
        if (peek() == ']') return take();
        for (std::size_t index = 0;; ++index) {
            if (!read_value(node.element(index))) return false;
            skip_space();
            if (peek() == ']') return take();
            if (peek() != ',') return give_up();
            ++at_;
            skip_space();
        }
    }

    bool take() noexcept {
        ++at_;
        return true;
    }

    std::string_view text_;
    std::size_t at_;
    std::size_t left_;  ///< Places that have not been found.
    bool to_end_;
    bool is_broken_ = false;
    Found& found_;
    std::string name_;
};

JsonPlaces::JsonPlaces() : root_(std::make_unique<Node>()) {}
JsonPlaces::~JsonPlaces() = default;

std::size_t JsonPlaces::add(const std::vector<std::string>& steps) {
    Node* node = root_.get();
    for (const std::string& step : steps) {
        const auto known = std::find_if(node->members.begin(), node->members.end(),
                                        [&](const auto& member) { return member.first == step; });
        if (known != node->members.end()) {
            node = known->second.get();
            continue;
        }
        Node* const child = node->members.emplace_back(step, std::make_unique<Node>()).second.get();
        std::size_t index = 0;
        const char* const end = step.data() + step.size();
        if (const auto [stop, error] = std::from_chars(step.data(), end, index); stop == end && error == std::errc{})
            node->elements.emplace_back(index, child);
        node = child;
    }
    if (!node->place) node->place = size_++;
    return *node->place;
}

JsonPlaces::Look JsonPlaces::look(std::string_view text, std::size_t begin, bool to_end, Found& found) const {
    found.assign(size_, {});
    Scan scan(text, begin, size_, to_end, found);
    (void)scan.read_value(root_.get());
    return {std::min(scan.at(), text.size()), scan.is_broken()};
}

}  // namespace laminar
