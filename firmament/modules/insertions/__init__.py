"""Inserting: approved wording goes into what people write, filled in there and then.

Nouns: use (somebody put a snippet into a text), and the share of it that was left when the text was sent.
"""
