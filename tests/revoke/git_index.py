"""Indexes in git, and cargo's clones of them."""

import subprocess

from revoke_asker import SECONDS, environment

NAME = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
FETCHED = "+HEAD:refs/remotes/origin/HEAD"  # as cargo fetches


def git(*arguments, cwd):
    env = environment(GIT_CONFIG_GLOBAL="/dev/null", GIT_AUTHOR_DATE="2026-01-01T00:00:00Z", GIT_COMMITTER_DATE="2026-01-01T00:00:00Z")
    return subprocess.run(["git", *NAME, *arguments], cwd=cwd, env=env, check=True, capture_output=True, text=True, timeout=SECONDS).stdout


def make(path, config):
    """An index with this config.json."""
    path.mkdir(parents=True)
    git("init", "-q", "-b", "trunk", cwd=path)
    (path / "config.json").write_bytes(config)
    git("add", ".", cwd=path)
    git("commit", "-qm", "first", cwd=path)


def complete(clone, index):
    """Debian 12's cargo makes the repository of its clone, but cannot fetch: it is built for another libgit2. Then git does."""
    assert (clone / ".git").is_dir()
    if not (clone / ".git/refs/remotes/origin/HEAD").exists():
        git("fetch", "-q", str(index), FETCHED, cwd=clone)
