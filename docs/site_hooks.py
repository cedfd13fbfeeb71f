"""Let the site hold pages and files of the repository that lie outside of docs/.

The pages are written for the repository: the README links to `docs/guide/ci.md`, and a guide to
`../../schemas/plan.schema.json`. MkDocs sees only docs/. These hooks add what is linked from
outside and rewrite each link for the place its target has in the site.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
OUTSIDE = (*PAGES, "LICENSE", "examples/**/*", "schemas/*")
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"(?P<before>\]\(|\bsrc(?:set)?=\")(?P<path>[^)\s\"#:]+)(?P<after>[)\s\"#])")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and files of the repository that the documentation links to."""
    for pattern in OUTSIDE:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                name = path.relative_to(ROOT).as_posix()
                files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Rewrite relative links from places in the repository to places in the site."""
    here = page.file.src_uri
    outside = (ROOT / here).exists()
    folder = posixpath.dirname(here if outside else f"docs/{here}")

    def there(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, found["path"])).removeprefix("docs/")
        path = posixpath.relpath(target, posixpath.dirname(here) or ".")
        return f"{found['before']}{path}{found['after']}"

    # GitHub needs `|` escaped in the code of a table; here it would be shown with its backslash.
    return CODE.sub(lambda found: found[0].replace(r"\|", "|"), LINK.sub(there, markdown))
