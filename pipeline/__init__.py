"""The four verbs, and the only package that knows every other: what is due is asked of the archive, and the result is
committed together with the mark that it is done. Each verb can be killed at any instant and run again.

One room a verb (`collect`, `analyse`, `group`, `publish`; `add` for one article by hand). Nothing is imported here, so
that a command pays for the rooms it enters and no others.
"""
