"""Writing hooks into the settings of agents, without touching anything else in them.

`json_edit.py` changes JSON text member by member, `handlers.py` says which handlers are ours, `agents.py` knows where each agent keeps
what, `passage.py` keeps a few lines in a Markdown or shell file between two markers.
"""
