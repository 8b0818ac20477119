"""Pages: the firm middleware, entrances, lists, imports, error pages."""
