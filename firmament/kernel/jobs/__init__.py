"""Work that happens later: the queue, the worker, schedules, dead letters.

The queue lives in the same PostgreSQL as the business, so a job exists exactly when the change that
asked for it does. Nouns: JobRun, Schedule, lane, attempt, lease, dead letter.
"""
