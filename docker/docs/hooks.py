"""Where the site differs from what Material for MkDocs makes: sessions as a reader expects them, nothing from afar."""

import re
import shutil
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

# What lets the search work on a page that was opened from the disk. The theme would have it from another host.
SHIM = re.compile(r"https://[a-z./]+/iframe-worker/shim")
OUR_SHIM = "assets/javascripts/iframe-worker.js"

# Pictures that pages show and that lie elsewhere in the checkout, as the pages name them.
PLOTS = "bench/plots/"

SESSION = re.compile(r"^```console\n.*?^```$", re.MULTILINE | re.DOTALL)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Show what is left out as an ellipsis, and an empty line as one.

    Args:
        markdown: the page's source.

    Returns:
        The source that is rendered.
    """
    return SESSION.sub(_session, markdown.replace(f"(../{PLOTS}", f"({PLOTS}"))


def on_files(files: Files, config: Any) -> Files:
    """Put the plots beside the pages.

    Args:
        files: what is in docs/.
        config: the site's settings.

    Returns:
        What the site has.
    """
    for plot in sorted(Path(PLOTS).glob("*.svg")):
        files.append(File.generated(config, str(plot), abs_src_path=str(plot.resolve())))
    return files


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Let the page have its script from the site itself.

    Args:
        output: the page as HTML.
        page: what it was made from.

    Returns:
        The page that is written.
    """
    return SHIM.sub("../" * page.url.count("/") + OUR_SHIM, output)


def on_post_template(output_content: str, **_: Any) -> str:
    """The same for a page that is made from no source: 404.html.

    Args:
        output_content: the page as HTML.

    Returns:
        The page that is written.
    """
    return SHIM.sub(OUR_SHIM, output_content)


def on_post_build(config: Any, **_: Any) -> None:
    """Put the script into the site.

    Args:
        config: the site's settings.
    """
    shutil.copyfile("/opt/iframe-worker.js", Path(config["site_dir"]) / OUR_SHIM)


def _session(found: re.Match[str]) -> str:
    return re.sub("^~$", "", found[0].replace("<...>", "…"), flags=re.MULTILINE)
