"""Approvals: somebody else has read exactly this content and stands for it. One mechanism for every room."""
