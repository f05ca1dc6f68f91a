"""`hooks-cli shims …`: what prompts call as `npx claude-flow …` runs here."""
