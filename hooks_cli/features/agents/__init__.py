"""Writes hooks into the settings files of agents and answers the events that agents send.

`json_edit.py` changes JSON text member by member, `handlers.py` says which handlers are ours, `agents.py` knows where each agent keeps
what, `passage.py` keeps a few lines in a Markdown or shell file between two markers.
"""
