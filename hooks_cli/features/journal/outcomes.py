"""The words by which a call says how something ended: which of them mean success, which failure."""

from __future__ import annotations

SUCCESS = "true yes on 1 ok success succeeded successful passed pass completed complete done"
FAILURE = "false no off 0 error errored aborted abort cancelled canceled blocked"


def is_success(word: str) -> bool | None:
    """True or False for the words that mean them (any case; all that begin with "fail" are False), None for any other.

    >>> is_success("Passed"), is_success("failing"), is_success("cancelled"), is_success("maybe"), is_success("0.2")
    (True, False, False, None, None)
    """
    word = word.strip().lower()
    if word in SUCCESS.split(" "):
        return True
    return False if word.startswith("fail") or word in FAILURE.split(" ") else None
