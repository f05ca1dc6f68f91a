"""Install programs that run `npx claude-flow …` calls here instead."""
