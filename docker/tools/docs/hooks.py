"""Where the site differs from what Material for MkDocs makes: files, sessions as expected, nothing from afar."""

import re
import shutil
import textwrap
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

# What lets the search work on a page that was opened from the disk. The theme would have it from another host.
SHIM = re.compile(r"https://[a-z./]+/iframe-worker/shim")
OUR_SHIM = "assets/javascripts/iframe-worker.js"

# Pictures that pages show and that lie elsewhere in the checkout, as the pages name them.
PLOTS = "bench/plots/"

# <!-- FILE from "a line with this" to "the next line with that" -->
EXCERPT = re.compile(r'^<!-- (\S+) from "(.+)" to "(.+)" -->$', re.MULTILINE)
LANGUAGES = {
    ".yml": "yaml",
    ".py": "python",
    ".conf": "nginx",
    ".toml": "toml",
    ".ini": "ini",
    ".js": "js",
    ".sh": "sh",
}
LONGEST = 30  # lines of an excerpt

SESSION = re.compile(r"^```console\n.*?^```$", re.MULTILINE | re.DOTALL)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put in the lines of files, show what is left out as an ellipsis, and an empty line as one.

    Returns the source that is rendered.
    """
    markdown = EXCERPT.sub(lambda found: excerpt(*found.groups()), markdown)
    return SESSION.sub(_session, markdown.replace(f"(../{PLOTS}", f"({PLOTS}"))


def excerpt(name: str, first: str, last: str) -> str:
    """Return lines of a file as a block of Markdown."""
    lines = Path(name).read_text().splitlines()
    begins = [number for number, line in enumerate(lines) if first in line]
    ends = [number for number, line in enumerate(lines) if last in line and begins and number > begins[0]]
    if len(begins) != 1 or not ends or ends[0] - begins[0] >= LONGEST:
        raise PluginError(
            f"expected in {name} one line with '{first}', and at most {LONGEST} lines to one with '{last}', "
            f"found the first {len(begins)} times. Mend the page, or the file."
        )
    text = textwrap.dedent("\n".join(lines[begins[0] : ends[0] + 1]))
    language = LANGUAGES.get(Path(name).suffix, "docker" if "Dockerfile" in name else "make")
    return f'```{language} title="{name}"\n{text}\n```'


def on_files(files: Files, config: Any) -> Files:
    """Put the plots beside the pages, and the style sheet for sessions: long lines, and what their button copies.

    Returns what the site has.
    """
    for plot in sorted(Path(PLOTS).glob("*.svg")):
        files.append(File.generated(config, str(plot), abs_src_path=str(plot.resolve())))
    style = Path("docker/tools/docs/site.css").resolve()
    files.append(File.generated(config, "assets/site.css", abs_src_path=str(style)))
    return files


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Let the page have its script from the site itself. Returns the page that is written."""
    return SHIM.sub("../" * page.url.count("/") + OUR_SHIM, output)


def on_post_template(output_content: str, **_: Any) -> str:
    """The same for a page that is made from no source: 404.html. Returns the page that is written."""
    return SHIM.sub(OUR_SHIM, output_content)


def on_post_build(config: Any, **_: Any) -> None:
    """Put the script into the site."""
    shutil.copyfile("/opt/iframe-worker.js", Path(config["site_dir"]) / OUR_SHIM)


def _session(found: re.Match[str]) -> str:
    return re.sub("^~$", "", found[0].replace("<...>", "…"), flags=re.MULTILINE)
