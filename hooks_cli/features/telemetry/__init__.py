"""OpenTelemetry spans of commands."""
