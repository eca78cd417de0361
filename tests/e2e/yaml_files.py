"""Files of YAML, read for tests by a pinned PyYAML in an environment of its own. Not a test."""

import json

from python_env import programs
from support import run

# GitHub's "on" is a word, not true: of YAML 1.1 only what YAML 1.2 kept.
LOAD = """
import json, sys, yaml
class Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in rows if not tag.endswith(":bool")]
        for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
print(json.dumps(yaml.load(sys.stdin, Loader)))
"""


def parse(text):
    """What the YAML says, with true and false as words."""
    python = programs("pyyaml-6.0.3", "PyYAML==6.0.3") / "python"
    done = run([str(python), "-I", "-c", LOAD], input=text)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def load(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read())
