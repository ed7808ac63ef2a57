"""What the verbs of the Makefile do. Standard library only, Python 3.9 or newer.

`configuration` checks the knobs once. `commands` are pure functions that return command lines. `stages` run them, one
module for each verb.
"""
