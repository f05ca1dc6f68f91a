"""SQL conditions on a current version `h`: may restores, prompts and searches use it?"""

from __future__ import annotations

# As `relations` and `reviews` have them, which hot commands do not load.
SUPERSEDES = 1
WAITING = 1

# The version has no mark (stale or wrong).
UNMARKED = "NOT EXISTS (SELECT 1 FROM mark m WHERE m.head = h.id AND m.version >= h.version)"
# No live entry supersedes this version.
CURRENT = (
    "NOT EXISTS (SELECT 1 FROM relation r JOIN head by_it ON by_it.id = r.head WHERE r.target = h.address "
    f"AND r.kind = {SUPERSEDES} AND r.target_version >= h.version AND by_it.live = 1)"
)
# It does not wait for approval.
APPROVED = f"NOT EXISTS (SELECT 1 FROM review w WHERE w.revision = h.revision AND w.state = {WAITING})"

IN_USE = f"{UNMARKED} AND {CURRENT}"
FOR_PROMPTS = f"{IN_USE} AND {APPROVED}"
