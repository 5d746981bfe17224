#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "runtime/engine/engine.h"
#include "runtime/storage/backup/archive.h"
#include "runtime/storage/files/commit_mark.h"
#include "runtime/storage/files/database_file.h"
#include "runtime/storage/files/engine_sum.h"
#include "runtime/storage/files/log_file.h"

using namespace laminar;

namespace {

/// A directory for as long as the test.
class Folder {
public:
    Folder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

private:
    std::string path_ = (std::filesystem::temp_directory_path() / "laminar-test-XXXXXX").string();
};

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

void commit(Engine& engine, const std::string& sql) {
    EngineTransaction transaction(engine);
    engine.execute(sql);
    transaction.commit();
}

}  // namespace

TEST_CASE("sums are those of the engine") {
    CHECK(engine_sum("") == 0x1505);
    CHECK(engine_sum("a") == 0x81ccc83154673a2);
    CHECK(engine_sum("laminar") == 0x60a1883b88963b5b);
    CHECK(engine_sum("12345678") == 0x590bd11794890f6c);
    CHECK(engine_sum("123456789") == 0xe2054caef3d9bcf4);
}

TEST_CASE("a log says how many commits and rows it has, and how far it is sound") {
    const Folder folder;
    const std::string database = folder.file("d.db");
    Engine::Settings settings;
    settings.database_path = database;
    const auto engine = Engine::create(settings);
    commit(*engine, "CREATE TABLE t (n INTEGER, a INTEGER, text VARCHAR)");
    const std::string log = database + ".wal";
    const LogContent first = read_log(log);
    CHECK(first.commits >= 1);
    CHECK(first.rows == 0);
    commit(*engine, "INSERT INTO t SELECT i, i, 'some text' FROM range(3000) AS r(i)");
    commit(*engine, "UPDATE t SET a = 7, text = 'other' WHERE n < 10; DELETE FROM t WHERE n >= 2998");
    const LogContent content = read_log(log);
    CHECK(content.commits == first.commits + 2);
    CHECK(content.rows >= 3000 + 10 + 2);
    CHECK(content.committed_bytes == content.bytes);
    CHECK(content.bytes == read(log).size());
    CHECK_FALSE(content.is_damaged);

    const std::string whole = read(log);
    const std::string copy = folder.file("copy.wal");
    write(copy, whole.substr(0, whole.size() - 1));
    const LogContent shorter = read_log(copy);
    CHECK(shorter.commits == content.commits - 1);
    CHECK(shorter.committed_bytes < shorter.bytes);
    CHECK_FALSE(shorter.is_damaged);
    write(copy, whole + std::string(9000, '\0'));
    CHECK(read_log(copy).committed_bytes == whole.size());
    CHECK_FALSE(read_log(copy).is_damaged);
    // The size of an entry: the engine itself takes what follows for cut off.
    std::string changed = whole;
    changed[8 + 3] ^= 1;
    write(copy, changed);
    CHECK(read_log(copy).is_damaged);
    CHECK(read_log(folder.file("none")).bytes == 0);
    write(copy, "another program's file");
    CHECK_THROWS_AS((void)read_log(copy), DamagedFile);
}

TEST_CASE("a database is checked block by block, free ones left out") {
    const Folder folder;
    const std::string path = folder.file("d.db");
    {
        Engine::Settings settings;
        settings.database_path = path;
        const auto engine = Engine::create(settings);
        engine->execute("CREATE TABLE t AS SELECT i AS n, md5(CAST(i AS VARCHAR)) AS text FROM range(300000) AS r(i)");
        engine->execute("CHECKPOINT");
        engine->execute("CREATE TABLE kept AS SELECT i AS n FROM range(300000) AS r(i)");
        engine->execute("CHECKPOINT");
        engine->execute("DROP TABLE t");
        engine->execute("CHECKPOINT");
    }
    const DatabaseFile database(path);
    CHECK(database.checkpoint() > 2);
    CHECK(database.blocks_in_use() > 0);
    CHECK_NOTHROW(database.check_blocks());
    const std::string whole = read(path);
    const std::uint64_t blocks = (whole.size() - DatabaseFile::header_bytes) / database.block_bytes();
    std::uint64_t found = 0;
    for (std::uint64_t block = 0; block < blocks; ++block) {
        std::string changed = whole;
        changed[DatabaseFile::header_bytes + block * database.block_bytes() + 5000] ^= 1;
        write(path, changed);
        bool is_refused = false;
        try {
            DatabaseFile(path).check_blocks();
        } catch (const DamagedFile&) {
            is_refused = true;
        }
        CHECK(is_refused == database.is_in_use(block));
        found += is_refused ? 1 : 0;
    }
    CHECK(found == database.blocks_in_use());
}

TEST_CASE("a mark is a line with a sum") {
    const CommitMark mark{
        .checkpoint = 7, .log_bytes = 123456, .commits = 9, .committed_at = 1700000000000000, .checkpointed_at = 0};
    const std::string line = write_mark(mark);
    const auto parsed = parse_mark(line);
    REQUIRE(parsed);
    CHECK(parsed->checkpoint == 7);
    CHECK(parsed->log_bytes == 123456);
    CHECK(parsed->committed_at == 1700000000000000);
    for (std::size_t at = 0; at < line.size(); ++at) {
        std::string changed = line;
        changed[at] ^= 1;
        CHECK_FALSE(parse_mark(changed));
    }
    CHECK(write_mark({.checkpoint = 1}).size() == write_mark({.checkpoint = 1ULL << 63}).size());
}

TEST_CASE("members of more than eight gigabytes have their size in an archive") {
    const Folder folder;
    const FileDescriptor file(folder.file("a.tar"), O_RDWR | O_CREAT);
    REQUIRE(file);
    ArchiveWriter writer(file.get());
    writer.begin_member("large", 9ULL << 30);
    ArchiveReader reader(file.get());
    const auto member = reader.next();
    REQUIRE(member);
    CHECK(member->name == "large");
    CHECK(member->bytes == 9ULL << 30);
}
