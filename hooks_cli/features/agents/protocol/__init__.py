"""The hook protocols of agents: events, the verb that each stands for, and accepted answers. Pure functions."""
