"""Every option of every connector does something, and names the test that shows it (option_proofs.py)."""

import ast
import json
import re
import unittest

from laminar_process import PROJECT, LaminarTestCase, run
from option_proofs import NOT_YET_PROVEN, PROOFS


def proofs_of(connector, option):
    proofs = PROOFS.get(connector, {}).get(option, [])
    return [proofs] if isinstance(proofs, str) else proofs


def names_in(node):
    """What a piece of code calls by name, as a variable or as a member."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def definitions_in(body):
    """Functions, classes apart, and assigned names of a module or class, by name."""
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                found.update((name, node) for name in names_in(target))
    return found


def code_of_test(module, class_name, test_name):
    """The test with all of its file that it makes use of: what it calls, what that calls, the constants in it. None when
    there is no such test."""
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    if class_name not in classes or test_name not in definitions_in(classes[class_name].body):
        return None
    reachable = definitions_in(module.body)
    for of in [*reversed(classes[class_name].bases), classes[class_name]]:
        node = classes.get(of.id) if isinstance(of, ast.Name) else of
        if isinstance(node, ast.ClassDef):
            reachable.update(definitions_in(node.body))
    reachable.update((name, node) for name, node in classes.items() if name != class_name and not is_test_class(node))
    seen, open_names = {}, {test_name, "setUp", "setUpClass"}
    while open_names:
        name = open_names.pop()
        if name in reachable and name not in seen:
            seen[name] = reachable[name]
            open_names.update(names_in(reachable[name]))
    return "\n".join(ast.unparse(node) for node in seen.values())


def is_test_class(node):
    return any(name.startswith("test_") for name in definitions_in(node.body))


def text_of_proof(proof):
    """The code of the test; fails when there is no such test."""
    if proof.startswith("sql/"):
        script = PROJECT / "tests" / f"{proof}.sql"
        if not script.is_file():
            raise AssertionError(f"{proof}: there is no {script.relative_to(PROJECT)}")
        return script.read_text()
    module, _, rest = proof.partition(".")
    class_name, _, test_name = rest.partition(".")
    path = PROJECT / "tests" / "integration" / f"{module}.py"
    if not path.is_file():
        raise AssertionError(f"{proof}: there is no {path.relative_to(PROJECT)}")
    code = code_of_test(ast.parse(path.read_text()), class_name, test_name) if test_name.startswith("test_") else None
    if code is None:
        raise AssertionError(f"{proof}: {path.relative_to(PROJECT)} has no such test")
    return code


class OptionCoverageTest(LaminarTestCase):
    @classmethod
    def setUpClass(cls):
        listing = run("connectors", "--format", "json")
        cls.connectors = {connector["name"]: {option["name"]: option for option in connector["options"]}
                          for connector in json.loads(listing.stdout.text)}

    def options(self):
        return [(connector, option) for connector, options in self.connectors.items() for option in options.values()]

    def test_every_option_names_a_test(self):
        for connector, option in self.options():
            name = option["name"]
            awaited = name in NOT_YET_PROVEN.get(connector, ())
            with self.subTest(connector=connector, option=name):
                if awaited:
                    self.assertFalse(proofs_of(connector, name), "has a proof: take it from NOT_YET_PROVEN")
                else:
                    self.assertTrue(proofs_of(connector, name), "no test proves this option (option_proofs.py)")

    def test_every_option_has_an_effect(self):
        for connector, option in self.options():
            if option["name"] in NOT_YET_PROVEN.get(connector, ()):
                continue
            with self.subTest(connector=connector, option=option["name"]):
                self.assertTrue(option["available"], "the schema says that it has no effect")
                self.assertIsNone(option["unavailable"], "the schema says that some values have no effect")

    def test_every_proof_exists_and_is_about_its_option(self):
        for connector, options in PROOFS.items():
            for name in options:
                with self.subTest(connector=connector, option=name):
                    self.assertIn(name, self.connectors.get(connector, {}), "there is no such option")
                    texts = [text_of_proof(proof) for proof in proofs_of(connector, name)]
                    for proof, text in zip(proofs_of(connector, name), texts):
                        self.assertTrue(re.search(rf"\b{name}\b", text), f"{proof} does not use the option")
                    allowed = self.connectors[connector][name]["allowed"] or ""
                    for value in re.findall(r"'([^']*)'", allowed):
                        self.assertTrue(f"'{value}'" in "\n".join(texts), f"no proof uses the value '{value}'")

    def test_the_list_of_what_is_missing_is_current(self):
        for connector, names in NOT_YET_PROVEN.items():
            unknown = set(names) - set(self.connectors.get(connector, {}))
            self.assertFalse(unknown, f"{connector} has no such options")


if __name__ == "__main__":
    unittest.main()
