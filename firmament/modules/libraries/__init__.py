"""Libraries of wording as files: out of the house and into it, as JSON, as tables, as Espanso's matches.

The snippets themselves are the snippets room's; here are the formats, the import and the pages. Both share one address.
"""
