"""Work that happens later: the queue, the worker, schedules, dead letters."""
