"""The line: who waits, in which order, who serves them, and how long it takes.

Knows applicants, meetings and verifiers only as opaque ids, and imports nothing of ours.
"""
