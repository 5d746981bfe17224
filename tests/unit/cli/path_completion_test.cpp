#include "cli/shell/path_completion.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace laminar;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "laminar-paths-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name + "/";
        std::filesystem::create_directory(path_ + "sql");
        for (const char* file :
             {"trades.sql", "tra des.sql", "ticks.sql", ".hidden", "bad\nname", "bad\xff", "sql/one.sql"})
            std::ofstream(path_ + file) << "SELECT 1;";
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::vector<std::string> complete(const std::string& typed) const {
        std::vector<std::string> names = complete_path(path_ + typed).candidates;
        for (std::string& name : names) name.erase(0, path_.size());
        return names;
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("paths go on with the files and folders that begin so") {
    const Folder folder;
    CHECK(folder.complete("") == Names{"sql/", "ticks.sql", "tra des.sql", "trades.sql"});
    CHECK(folder.complete("tr") == Names{"tra des.sql", "trades.sql"});
    CHECK(folder.complete("tra d") == Names{"tra des.sql"});
    CHECK(folder.complete("sql/") == Names{"sql/one.sql"});
    CHECK(folder.complete(".h") == Names{".hidden"});
    CHECK(folder.complete("b").empty());
    CHECK(folder.complete("missing/").empty());
}

TEST_CASE("a folder goes on, a file is complete") {
    const Folder folder;
    CHECK_FALSE(complete_path(folder.path() + "s").complete);
    CHECK(complete_path(folder.path() + "ti").complete);
    CHECK(complete_path(folder.path() + "ti").length == folder.path().size() + 2);
}
