"""One index over every room: words and meaning, and nothing in it that the asker could not open.

Nouns: a source (what a room lets be found), a page (how one object reads), an entry (one object in the index), a
chunk (a part of its text, with its words and its vector), a hit (one answer).
"""
