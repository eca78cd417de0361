"""The named blocks of a page of Markdown, so that a test can carry out what a reader is told: a line
"```sh port25:serve" begins the block port25:serve. Not a test."""

import re

BLOCK = re.compile(r"^```\w+ (?P<name>[\w-]+:[\w-]+)\n(?P<text>.*?)^```$", re.S | re.M)


class Page:
    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        found = [(block["name"], block["text"]) for block in BLOCK.finditer(self.text)]
        self.blocks = dict(found)
        if len(found) != len(self.blocks) or self.text.count("\n```") != 2 * len(found):
            raise AssertionError(f"{path}: a block without a name, or two of one name")

    def block(self, name, **replaced):
        """Its text; `replaced`: host and port of `smtp` or `http` instead of those shown."""
        text = self.blocks[name]
        for what, shown in (("smtp", 1025), ("http", 8025)):
            if what not in replaced:
                continue
            host, port = replaced[what]
            # 127.0.0.1:1025, [127.0.0.1]:1025 and Exim's 127.0.0.1::1025
            text, count = re.subn(rf"127\.0\.0\.1(\]?::?){shown}\b", rf"{host}\g<1>{port}", text)
            if not count:
                raise AssertionError(f"{self.path}: {name} does not name port {shown}")
        return text
