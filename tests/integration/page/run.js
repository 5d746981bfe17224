// node run.js LIBRARIES BASE SCENARIO OPTIONS: goes through a scenario of scenarios.js. What it wants done meanwhile it asks for on standard output,
// a line of JSON {"ask": NAME, ...}; the answer is a line on standard input. Ends with {"done": RESULT} or {"failed": REASON}.
"use strict";

const readline = require("readline");
const { Tab } = require("./browser.js");
const scenarios = require("./scenarios.js");

const [libraries, base, name, options] = process.argv.slice(2);
const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);

async function ask(what, details = {}) {
    say({ ask: what, ...details });
    return JSON.parse((await answers.next()).value);
}

const tabs = [];
const open = async (how) => {
    tabs.push(await Tab.open(libraries, base, how));
    return tabs.at(-1);
};

(async () => {
    try {
        const result = await scenarios[name]({ open, ask, options: JSON.parse(options) });
        for (const tab of tabs.splice(0)) await tab.close();
        say({ done: result ?? null });
    } catch (error) {
        for (const tab of tabs) await tab.browser.close();
        say({ failed: error.stack });
    }
    process.exit(0);
})();
