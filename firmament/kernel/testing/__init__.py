"""What tests stand on: two firms, their people, run_jobs, the query budget."""
