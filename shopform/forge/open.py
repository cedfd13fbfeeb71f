"""Open the forge of a run."""

from shopform.forge.ci_run import GITHUB, GITLAB, CiRun
from shopform.forge.forge import Forge


def open_forge(run: CiRun) -> Forge | None:
    """Return the forge of a run; None without a token for it."""
    if run.token and run.system == GITHUB:
        from shopform.forge.github import GitHub

        return GitHub(run)
    if run.token and run.system == GITLAB:
        from shopform.forge.gitlab import GitLab

        return GitLab(run)
    return None
