"""What is done about a memory that many machines share: making and joining it, snapshots, compaction, invites, leaving it."""
