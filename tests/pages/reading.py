"""A page as a test reads it: its elements, and whether they are nested as they must be."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"input", "meta"}
SELF_CLOSED = True


class Element:
    def __init__(self, name, attributes, parent):
        self.name, self.attributes, self.parent = name, attributes, parent
        self.children, self.pieces = [], []

    def __getitem__(self, key):
        return self.attributes[key]

    def get(self, key, default=None):
        return self.attributes.get(key, default)

    @property
    def text(self):
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces)

    def all(self, name=None, **attributes):
        found = [] if name and self.name != name else [self]
        mine = [
            each
            for each in found
            if all(
                each.get(key.rstrip("_").replace("_", "-")) == value
                for key, value in attributes.items()
            )
        ]
        return mine + [each for child in self.children for each in child.all(name, **attributes)]

    def one(self, name=None, **attributes):
        [element] = self.all(name, **attributes)
        return element


class Reader(HTMLParser):
    """Builds elements; what is closed in another order than it was opened is an error."""

    def __init__(self, text):
        super().__init__()
        self.root = self.at = Element("", {}, None)
        self.feed(text)
        self.close()
        assert self.at is self.root, f"{self.at.name} is not closed"

    def handle_starttag(self, name, attributes):
        assert len(dict(attributes)) == len(attributes), f"{name} has an attribute twice"
        element = Element(name, dict(attributes), self.at)
        self.at.children.append(element)
        self.at.pieces.append(element)
        if name not in VOID:
            self.at = element

    def handle_startendtag(self, name, attributes):
        self.handle_starttag(name, attributes)
        if name not in VOID:
            self.at = self.at.parent

    def handle_endtag(self, name):
        assert self.at.name == name, f"</{name}> closes {self.at.name}"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.pieces.append(data)


def read(text):
    """Return the root of a page."""
    return Reader(text).root
