"""Where other programs meet us: agent hook protocols, shims, telemetry, importers."""
