"""Tells a person at a terminal from an agent, a script or a CI job. Everything that asks, pages or guesses decides by `is_person`.

A caller is a person when standard input and standard output are terminals, TERM is not `dumb`, and none of `MARKS` is set. Agents run
commands in terminals as well, so the terminals alone do not decide. Which agent sets which variable: docs/agents.md, "Whose call it is".
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Variables that agents set for the commands they run.
AGENT_MARKS = (
    "HOOKS_AGENT",
    "HOOKS_SESSION_ID",
    "AI_AGENT",
    "AGENT",
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_PROJECT_DIR",
    "CODEX_CI",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_THREAD_ID",
    "GEMINI_CLI",
    "QWEN_CODE",
    "CURSOR_AGENT",
    "COPILOT_CLI",
    "COPILOT_AGENT",
    "OPENCODE",
    "AMP_CURRENT_THREAD_ID",
    "AUGMENT_AGENT",
    "ANTIGRAVITY_AGENT",
    "CLINE_ACTIVE",
    "GOOSE_TERMINAL",
    "TRAE_AI_SHELL_ID",
)
# Variables that CI systems set.
CI_MARKS = (
    "CI",
    "CONTINUOUS_INTEGRATION",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "BUILDKITE",
    "CIRCLECI",
    "TRAVIS",
    "TF_BUILD",
    "TEAMCITY_VERSION",
    "JENKINS_URL",
    "CODEBUILD_BUILD_ID",
)
MARKS = AGENT_MARKS + CI_MARKS
# What says in such a variable that it is not so.
NOT_SET = ("", "0", "false", "no", "off")


def mark(variables: Mapping[str, str]) -> str:
    """The first of `MARKS` that is set, "" for none. Empty, `0`, `false`, `no` and `off` are as good as not set.

    >>> mark({"CI": "true"}), mark({"CI": "false"}), mark({"TERM": "xterm"})
    ('CI', '', '')
    """
    for name in MARKS:
        if variables.get(name, "").lower() not in NOT_SET:
            return name
    return ""


def is_person(variables: Mapping[str, str], is_terminal: Callable[[int], bool]) -> bool:
    """Whether a person called; `is_terminal` says of a file descriptor (0, 1) whether it is a terminal."""
    return is_terminal(0) and is_terminal(1) and variables.get("TERM") != "dumb" and not mark(variables)
