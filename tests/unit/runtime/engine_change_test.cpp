#include "runtime/storage/engine_change.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace laminar;

namespace {

/// Writes its number into a table, or what no table takes.
class Change final : public EngineChange {
public:
    Change(Engine& engine, std::vector<std::string>& log, int number) : number_(number), engine_(engine), log_(log) {}

    [[nodiscard]] bool has_changes() const override { return has_changes_; }
    [[nodiscard]] bool changes_engine() const override { return executes_; }
    void apply() override {
        note("apply");
        if (store_) store_->set("change", {{"number", number_}});
        if (executes_) engine_.execute("INSERT INTO kept VALUES (" + std::to_string(number_) + ")");
        if (has_no_room_)
            throw EngineException(
                {.type = "TransactionContext", .message = "Failed to commit: Could not write file: No space left"});
        if (fails_) engine_.execute("INSERT INTO kept VALUES ('no number')");
    }
    void on_commit() override { note("commit"); }
    void leave_out(const std::string&) override {
        note("leave out");
        fails_ = false;
        has_changes_ = !gives_up_;
    }
    void forget_if_failed() override { note("forget"); }

    bool has_changes_ = true;
    bool executes_ = true;
    bool fails_ = false;
    bool has_no_room_ = false;
    bool gives_up_ = false;
    StateStore* store_ = nullptr;
    int number_;

private:
    void note(const std::string& what) { log_.push_back(what + " " + std::to_string(number_)); }

    Engine& engine_;
    std::vector<std::string>& log_;
};

struct Changes {
    Changes() { engine->execute("CREATE TABLE kept (n INTEGER)"); }
    std::int64_t kept() { return engine->query("SELECT count(*) FROM kept").values[0].values<std::int64_t>()[0]; }

    std::unique_ptr<Engine> engine = Engine::create({});
    std::vector<std::string> log;
    Change first{*engine, log, 1};
    Change second{*engine, log, 2};
};

}  // namespace

TEST_CASE("the changes of a cycle are committed together") {
    Changes changes;
    CHECK(change_engine(*changes.engine, {&changes.first, &changes.second}));
    CHECK(changes.log == std::vector<std::string>{"apply 1", "apply 2", "commit 1", "commit 2"});
    CHECK(changes.kept() == 2);
}

TEST_CASE("changes without statements need no transaction, and none at all need nothing") {
    Changes changes;
    changes.first.executes_ = false;
    changes.second.has_changes_ = false;
    changes.engine->begin();  // A second one would throw.
    CHECK_FALSE(change_engine(*changes.engine, {&changes.first, &changes.second}));
    changes.engine->commit();
    CHECK(changes.log == std::vector<std::string>{"apply 1", "commit 1"});
    changes.log.clear();
    CHECK_FALSE(change_engine(*changes.engine, {}));
    CHECK(changes.log.empty());
}

TEST_CASE("where one fails nothing holds until it has left out what is at fault") {
    Changes changes;
    changes.second.fails_ = true;
    CHECK(change_engine(*changes.engine, {&changes.first, &changes.second}));
    CHECK(changes.log == std::vector<std::string>{"apply 1", "apply 2", "leave out 2", "apply 1", "apply 2", "commit 1",
                                                  "commit 2", "forget 2", "forget 1"});
    CHECK(changes.kept() == 2);
}

TEST_CASE("one that has failed is left out of the cycle") {
    Changes changes;
    changes.first.fails_ = true;
    changes.first.gives_up_ = true;
    CHECK(change_engine(*changes.engine, {&changes.first, &changes.second}));
    CHECK(changes.log ==
          std::vector<std::string>{"apply 1", "leave out 1", "apply 2", "commit 2", "forget 2", "forget 1"});
    CHECK(changes.kept() == 1);
}

TEST_CASE("numbers of a store are committed with the changes, or not at all") {
    Changes changes;
    StateStore store(*changes.engine);
    changes.first.store_ = &store;
    CHECK(change_engine(*changes.engine, {&changes.first, &changes.second}, &store));
    REQUIRE(store.find("change"));
    CHECK(store.find("change")->at("number") == 1);
    CHECK(StateStore(*changes.engine).find("change")->at("number") == 1);
    changes.first.number_ = 5;
    changes.second.has_no_room_ = true;
    CHECK_THROWS_AS(change_engine(*changes.engine, {&changes.first, &changes.second}, &store), EngineException);
    CHECK(StateStore(*changes.engine).find("change")->at("number") == 1);
}

TEST_CASE("a commit that fails is no change's fault: none follows apart") {
    Changes changes;
    changes.second.has_no_room_ = true;
    CHECK_THROWS_WITH_AS(change_engine(*changes.engine, {&changes.first, &changes.second}),
                         "Failed to commit: Could not write file: No space left", EngineException);
    CHECK(changes.log == std::vector<std::string>{"apply 1", "apply 2"});
    CHECK(changes.kept() == 0);
}
