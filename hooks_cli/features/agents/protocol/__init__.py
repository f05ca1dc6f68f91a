"""The hook protocols of agents: what they send (`incoming.py`), what it means here (`meaning.py`), what they may be answered
(`answers.py`). Pure: text and plain values in, plain values and text out.
"""
