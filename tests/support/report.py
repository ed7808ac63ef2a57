"""Read reports/index.html as a reader sees it."""

import re
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

SUITES = ("unittests", "acceptance", "browser", "page")


class Page(HTMLParser):
    """What a page shows and leads to: `text`, `links`, and `marks`, the classes of its list items by their text."""

    def __init__(self, source):
        super().__init__()
        self.text, self.links, self.marks, self.inside = "", [], [], False
        self.source = source
        self.feed(self.source)
        self.verdict = unescape(re.search("<h1>(.*?)</h1>", self.source, re.DOTALL)[1]).strip()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[name] for name in ("href", "src") if name in given]
        if tag == "li":
            self.marks.append([given.get("class"), ""])
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "li"

    def handle_data(self, data):
        self.text += data
        if self.inside:
            self.marks[-1][1] += data


def cases(text):
    """Return the tests of a JUnit report."""
    return list(ElementTree.fromstring(text).iter("testcase"))
