"""Shared memory of many machines: a log of encrypted records; each machine's store is a replica."""
