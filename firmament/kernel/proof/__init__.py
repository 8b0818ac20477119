"""The proof of what was done: a Merkle log per firm over the audit trail, which an outsider can check.

Nouns: source (a kind of row that is numbered), envelope (what of a row is proven), log entry, subtree, checkpoint,
signing key, verification. Each row gets a gapless number some seconds after it was written; no request waits for it.
"""
