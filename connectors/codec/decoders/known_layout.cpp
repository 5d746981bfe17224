#include "connectors/codec/decoders/known_layout.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "connectors/codec/json/json_text.h"
#include "connectors/codec/json/plain_json.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {

// What is kept of a feed stays small whatever it sends.
constexpr std::size_t longest_object = 64u << 10;
constexpr std::size_t most_parts = 512;

}  // namespace

/// Goes through an object that is known to be valid.
class KnownLayout::Maker {
public:
    explicit Maker(std::string_view object) : object_(object) {}

    std::optional<KnownLayout> make(FieldNode& root) {
        if (!add_fields(&root)) return std::nullopt;
        layout_.end_ = object_.substr(written_);
        if (layout_.parts_.empty()) return std::nullopt;
        return std::move(layout_);
    }

private:
    /// From an opening brace on to behind the closing one. node: null where nobody wants a field of it.
    bool add_fields(FieldNode* node) {
        std::size_t position = 0;
        at_ = skip_json_space(object_, at_ + 1);
        while (object_[at_] != '}') {
            if (object_[at_] == ',') at_ = skip_json_space(object_, at_ + 1);
            const std::size_t key_end = end_of_json_value(object_, at_);
            FieldNode::Match match;
            if (node != nullptr) match = node->find(position++, object_.substr(at_ + 1, key_end - at_ - 2));
            at_ = skip_json_space(object_, skip_json_space(object_, key_end) + 1);
            if (!add_value(match)) return false;
            at_ = skip_json_space(object_, at_);
        }
        ++at_;
        return true;
    }

    bool add_value(const FieldNode::Match& match) {
        if (layout_.parts_.size() == most_parts || is_known(match.node)) return false;
        const bool is_object = object_[at_] == '{';
        const bool has_fields = match.node != nullptr && match.node->has_children();
        if (has_fields && (!is_object || match.node->is_wanted())) return false;
        if (is_object && has_fields) {
            layout_.parts_.push_back({"", match.node, match.exact, true});
            return add_fields(match.node);
        }
        layout_.parts_.push_back({std::string(object_.substr(written_, at_ - written_)), match.node, match.exact});
        written_ = at_ = end_of_json_value(object_, at_);
        return true;
    }

    /// A field that comes twice.
    [[nodiscard]] bool is_known(const FieldNode* node) const {
        return node != nullptr && std::any_of(layout_.parts_.begin(), layout_.parts_.end(),
                                              [&](const Part& part) { return part.node == node; });
    }

    std::string_view object_;
    std::size_t at_ = 0;
    std::size_t written_ = 0;  ///< Up to here it is in the parts.
    KnownLayout layout_;
};

std::optional<KnownLayout> KnownLayout::of(std::string_view object, FieldNode& root) {
    return Maker(object).make(root);
}

bool KnownLayout::read_fields(std::string_view object, RowWriter& writer) const {
    PlainJson json(object);
    for (const Part& part : parts_) {
        if (part.is_entered) {
            if (!writer.visit(*part.node, part.exact)) return false;
            continue;
        }
        if (!json.take(part.before)) return false;
        const PlainJson::Value value = json.take_value();
        if (value.kind == PlainJson::Kind::none) return false;
        if (part.node == nullptr) continue;
        if (!writer.visit(*part.node, part.exact)) return false;
        bool fits = false;
        switch (value.kind) {
            case PlainJson::Kind::string:
                fits = writer.string(*part.node, value.text,
                                     static_cast<std::size_t>(value.text.data() - object.data()) - 1);
                break;
            case PlainJson::Kind::number:
                fits = writer.number(*part.node, value.text);
                break;
            case PlainJson::Kind::boolean:
                fits = writer.boolean(*part.node, value.text.front() == 't');
                break;
            case PlainJson::Kind::null:
                fits = writer.null(*part.node);
                break;
            case PlainJson::Kind::container:
                fits = !part.node->has_children() && writer.container(*part.node, value.text);
                break;
            case PlainJson::Kind::none:
                break;
        }
        if (!fits) return false;
    }
    return json.take(end_) && json.is_at_end();
}

bool KnownLayouts::read_row(std::string_view payload) {
    if (layouts_.empty()) return false;
    if (rest_ > 0) {
        --rest_;
        return false;
    }
    const PlainText text = look_at_plain_text(payload);
    if (!text.is_plain || (!text.is_ascii && find_invalid_utf8(payload) != std::string_view::npos)) return false;
    for (std::size_t index = 0; index < layouts_.size(); ++index) {
        if (!layouts_[index].may_be_of(payload) || !read_row_as(layouts_[index], payload)) continue;
        if (index > 0) std::swap(layouts_[0], layouts_[index]);
        misses_ = 0;
        next_rest_ = first_rest;
        return true;
    }
    return false;
}

bool KnownLayouts::read_row_as(const KnownLayout& layout, std::string_view payload) {
    writer_.begin_row();
    if (layout.read_fields(payload, writer_) && writer_.end_row(payload, true, true)) {
        if (keeps_misfits_) writer_.error().reset();
        if (!writer_.error()) return true;
    }
    writer_.discard_rows();
    return false;
}

void KnownLayouts::learn(std::string_view payload) {
    if (rest_ > 0 || payload.size() > longest_object || !payload.starts_with('{')) return;
    if (misses_ == misses_before_rest) {
        misses_ = 0;
        rest_ = next_rest_;
        next_rest_ = std::min(2 * next_rest_, longest_rest);
        return;
    }
    ++misses_;
    if (!look_at_plain_text(payload).is_plain) return;
    std::optional<KnownLayout> layout = KnownLayout::of(payload, root_);
    if (!layout) return;
    if (layouts_.size() < most_layouts) layouts_.emplace_back();
    std::rotate(layouts_.begin(), layouts_.end() - 1, layouts_.end());
    layouts_.front() = std::move(*layout);
}

}  // namespace laminar
