"""The sandboxed template language of messages, snippets and documents: Liquid, with hard limits.

A wording is text that people of a firm may write themselves. It sees a plain dict of primitives and nothing
else, reads no file, calls no method, and stops when it takes too long or grows too large.
"""
