"""Hooks of MkDocs: excerpts of files, console sessions, and no request to another host."""

import re
import shutil
import textwrap
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

# For the search on a page from the disk. The theme loads it from another host.
SHIM = re.compile(r"https://[a-z./]+/iframe-worker/shim")
OUR_SHIM = "assets/javascripts/iframe-worker.js"

# Pictures outside of docs/, as the pages name them.
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
    """Insert excerpts; show `<...>` as an ellipsis and `~` as an empty line. Returns the new source."""
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
    """Add the plots, and the style sheet for console sessions. Returns the site's files."""
    for plot in sorted(Path(PLOTS).glob("*.svg")):
        files.append(File.generated(config, str(plot), abs_src_path=str(plot.resolve())))
    style = Path("docker/tools/docs/site.css").resolve()
    files.append(File.generated(config, "assets/site.css", abs_src_path=str(style)))
    return files


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Load the script from the site itself. Returns the new page."""
    return SHIM.sub("../" * page.url.count("/") + OUR_SHIM, output)


def on_post_template(output_content: str, **_: Any) -> str:
    """The same for 404.html, which has no source. Returns the new page."""
    return SHIM.sub(OUR_SHIM, output_content)


def on_post_build(config: Any, **_: Any) -> None:
    """Copy the script into the site."""
    shutil.copyfile("/opt/iframe-worker.js", Path(config["site_dir"]) / OUR_SHIM)


def _session(found: re.Match[str]) -> str:
    return re.sub("^~$", "", found[0].replace("<...>", "…"), flags=re.MULTILINE)
