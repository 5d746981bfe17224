#include "runtime/storage/parquet_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

#include "parser/write/sql_writer.h"
#include "runtime/engine/engine.h"
#include "runtime/storage/parquet_writer.h"

namespace laminar {

namespace {

class ParquetFiles final : public ColumnFiles {
public:
    void read_parquet(const std::string& path, const std::function<bool(const ColumnRows&)>& consume) override {
        try {
            const std::unique_ptr<Engine> engine =
                Engine::create({.database_path = std::nullopt, .external_access = true});
            const std::unique_ptr<PreparedQuery> query = engine->prepare("SELECT * FROM " + parquet_scan(path));
            ColumnRows none;
            none.columns = query->columns();
            for (const OutputColumn& column : none.columns) none.values.emplace_back(column.type);
            if (!consume(none)) return;
            query->execute([&](const ResultTable& rows) { return consume(rows); });
        } catch (const EngineException& problem) {
            throw std::runtime_error(fmt::format("cannot read \"{}\": {}", path, problem.what()));
        }
    }

    std::unique_ptr<ColumnFileWriter> write_parquet(const std::string& path,
                                                    std::vector<OutputColumn> columns) override {
        return make_parquet_writer(path, std::move(columns));
    }
};

}  // namespace

std::string parquet_scan(const std::string& path) {
    // The engine would take some characters for patterns and some beginnings for other places than the file system.
    std::string pattern;
    for (const char character : std::filesystem::absolute(path).string()) {
        if (character == '*' || character == '?' || character == '[')
            pattern += fmt::format("[{}]", character);
        else
            pattern += character;
    }
    return fmt::format("read_parquet({}, hive_partitioning = false)", quote_string(pattern));
}

std::unique_ptr<ColumnFiles> make_parquet_files() { return std::make_unique<ParquetFiles>(); }

}  // namespace laminar
