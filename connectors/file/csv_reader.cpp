#include "connectors/file/csv_reader.h"

#include <fmt/format.h>

#include <stdexcept>

#include "connectors/file/file_probe.h"

namespace laminar {

CsvReader::CsvReader(const std::string& path) : path_(path), reader_(path) {
    if (reader_.peek() == 0xEF) {  // A byte order mark.
        for (int byte = 0; byte < 3; ++byte) reader_.take();
    }
}

bool CsvReader::read(std::vector<CsvField>& fields) {
    while (reader_.peek() == '\n' || reader_.peek() == '\r') reader_.take();
    if (reader_.peek() == FileReader::end) {
        fields.clear();
        return false;
    }
    std::size_t count = 0;
    std::size_t record_size = 0;
    while (true) {
        if (fields.size() == count) fields.emplace_back();
        read_field(fields[count++], record_size);
        if (reader_.peek() != ',') break;
        reader_.take();
    }
    fields.resize(count);
    if (reader_.peek() == '\r') reader_.take();
    if (reader_.peek() == '\n') reader_.take();
    return true;
}

void CsvReader::read_field(CsvField& field, std::size_t& record_size) {
    field.text.clear();
    field.quoted = false;
    bool in_quotes = false;
    while (true) {
        const int byte = reader_.peek();
        if (byte == FileReader::end) {
            is_cut_off_ = in_quotes;
            return;
        }
        if (!in_quotes && (byte == ',' || byte == '\n' || byte == '\r')) return;
        reader_.take();
        if (in_quotes && byte == '"') {
            if (reader_.peek() != '"') {
                in_quotes = false;
                continue;
            }
            reader_.take();
        } else if (!in_quotes && byte == '"' && field.text.empty() && !field.quoted) {
            in_quotes = field.quoted = true;
            continue;
        }
        if (++record_size > longest_file_record)
            throw std::runtime_error(
                fmt::format("\"{}\": a record is longer than {} bytes", path_, longest_file_record));
        field.text += static_cast<char>(byte);
    }
}

void append_csv_field(std::string& out, std::string_view text) {
    // Empty text is quoted: an empty field stands for NULL.
    if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char character : text) {
        if (character == '"') out += '"';
        out += character;
    }
    out += '"';
}

}  // namespace laminar
