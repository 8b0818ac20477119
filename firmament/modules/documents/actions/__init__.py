"""Everything somebody can do with a request: `requests` for the firm's side of asking, `review` for deciding,
`submissions` for the client's side of handing in.
"""
