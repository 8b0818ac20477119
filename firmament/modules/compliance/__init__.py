"""What the firm must be able to answer for: who sees what, who gave which power, what was refused, and whether it is proven.

Nouns: board (declared by any room, `kernel.web.compliance`), ReportOrder (what is reported, when, to whom),
ComplianceReport (one report, kept for good).
"""
