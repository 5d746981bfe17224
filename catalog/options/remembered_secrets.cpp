#include "catalog/options/remembered_secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "catalog/options/secret_resolver.h"
#include "catalog/options/url.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::string_view mask = "***";
// Shorter texts occur by chance everywhere; replacing them would make logs unreadable without hiding anything.
constexpr std::size_t shortest_redacted = 4;
// A line of a PEM text; shorter ones are in any text.
constexpr std::size_t shortest_line = 16;
// Rotation adds values; the oldest are the least likely to be seen again.
constexpr std::size_t most_remembered = 1024;
constexpr std::string_view ellipsis = "...";

/// Base64 of text that starts at this many bytes into a group of three, without the characters that neighbours share:
/// so a value is found also within the encoding of a longer text ("user:password").
std::string base64_core(std::string_view text, std::size_t shift, bool url_alphabet) {
    const std::string_view alphabet = url_alphabet ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                                                   : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string padded(shift, '\0');
    padded += text;
    std::string encoded;
    unsigned bits = 0;
    int count = 0;
    for (const char character : padded) {
        bits = (bits << 8) | static_cast<unsigned char>(character);
        count += 8;
        while (count >= 6) {
            count -= 6;
            encoded += alphabet[(bits >> count) & 63U];
        }
    }
    // Bits left over belong to a character that the next byte completes; the first ones hold the shift.
    const std::size_t shared = shift == 0 ? 0 : shift + 1;
    return encoded.size() > shared ? encoded.substr(shared) : std::string();
}

std::string lower_escapes(std::string text, std::string_view opening, std::size_t digits) {
    for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, at + opening.size())) {
        const std::size_t end = std::min(at + opening.size() + digits, text.size());
        std::transform(text.begin() + static_cast<std::ptrdiff_t>(at + opening.size()),
                       text.begin() + static_cast<std::ptrdiff_t>(end),
                       text.begin() + static_cast<std::ptrdiff_t>(at + opening.size()), to_lower);
    }
    return text;
}

std::string with_plus_for_space(std::string encoded) {
    for (std::size_t at = encoded.find("%20"); at != std::string::npos; at = encoded.find("%20", at))
        encoded.replace(at, 3, "+");
    return encoded;
}

bool longer(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; }

std::vector<std::string> forms_of(const std::string& value) {
    std::vector<std::string> forms{value};
    const std::string encoded = percent_encoded(value);
    const std::string escaped = json_escaped(value);
    for (const std::string& form :
         {encoded, lower_escapes(encoded, "%", 2), with_plus_for_space(encoded), percent_encoded(value, "/"), escaped,
          lower_escapes(escaped, "\\u00", 2), json_escaped(escaped), json_escaped(json_escaped(escaped))})
        forms.push_back(form);
    for (std::size_t shift = 0; shift < 3; ++shift) {
        forms.push_back(base64_core(value, shift, false));
        forms.push_back(base64_core(value, shift, true));
    }
    // PEM and other texts of several lines may be quoted line by line.
    for (std::size_t begin = 0; value.find('\n') != std::string::npos && begin < value.size();) {
        const std::size_t end = std::min(value.find('\n', begin), value.size());
        if (end - begin >= shortest_line) forms.push_back(value.substr(begin, end - begin));
        begin = end + 1;
    }
    std::erase_if(forms, [](const std::string& form) { return form.size() < shortest_redacted; });
    std::sort(forms.begin(), forms.end(), longer);
    forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
    return forms;
}

void replace_all(std::string& text, std::string_view from) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + mask.size()))
        text.replace(at, from.size(), mask);
}

/// How many of the form's first characters the text ends with.
std::size_t length_of_cut_form(std::string_view text, std::string_view form) {
    for (std::size_t length = std::min(form.size(), text.size()); length >= shortest_redacted; --length) {
        if (text.ends_with(form.substr(0, length))) return length;
    }
    return 0;
}

/// An excerpt that was cut within a secret ends with a part of it, and then "..." (after a quote, or not).
void replace_cut_forms(std::string& text, const std::vector<std::string>& forms) {
    for (std::size_t at = text.find(ellipsis); at != std::string::npos; at = text.find(ellipsis, at + 1)) {
        std::size_t end = at;
        while (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'')) --end;
        for (const std::string& form : forms) {
            const std::size_t length = length_of_cut_form(std::string_view(text).substr(0, end), form);
            if (length == 0) continue;
            text.replace(end - length, length, mask);
            at = at - length + mask.size();
            break;
        }
    }
}

}  // namespace

void RememberedSecrets::remember(const std::string& value) {
    if (value.size() < shortest_redacted) return;
    const auto is_known = [&] {
        return std::any_of(secrets_.begin(), secrets_.end(),
                           [&](const Secret& secret) { return secret.value == value; });
    };
    {
        const std::shared_lock lock(mutex_);
        if (is_known()) return;
    }
    Secret secret{value, forms_of(value)};
    const std::unique_lock lock(mutex_);
    if (is_known()) return;
    if (secrets_.size() >= most_remembered) secrets_.pop_front();
    secrets_.push_back(std::move(secret));
    forms_.clear();
    for (const Secret& known : secrets_) forms_.insert(forms_.end(), known.forms.begin(), known.forms.end());
    std::sort(forms_.begin(), forms_.end(), longer);
    forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
}

std::string RememberedSecrets::redact(std::string_view text) const {
    std::string result(text);
    const std::shared_lock lock(mutex_);
    if (forms_.empty()) return result;
    for (const std::string& form : forms_) replace_all(result, form);
    if (result.find(ellipsis) != std::string::npos) replace_cut_forms(result, forms_);
    return result;
}

}  // namespace laminar
