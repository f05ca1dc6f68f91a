"""Shared memory: creating and joining it, snapshots, compaction, invites, leaving it."""
