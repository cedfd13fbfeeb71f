"""The repository that a project is part of."""

from collections.abc import Mapping
from pathlib import Path


def folder_in_repository(directory: Path, environment: Mapping[str, str]) -> str:
    """Return the path of the project from the root of its repository; empty for the root.

    The root is the nearest folder with a `.git`, which is a file in worktrees and submodules; a
    checkout without one is at the folder that GitHub Actions and GitLab CI name in a variable.
    Outside of both it is the project's own folder.
    """
    here = directory.resolve()
    named = (environment.get(name) for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"))
    roots = [each for each in (here, *here.parents) if (each / ".git").exists()]
    roots += [Path(each).resolve() for each in named if each]
    root = next((each for each in roots if here.is_relative_to(each)), here)
    inside = here.relative_to(root).as_posix()
    return "" if inside == "." else inside
