"""The benchmark suites: paired, interleaved, with the floor beside each figure. Run them with `scripts/bench`."""
