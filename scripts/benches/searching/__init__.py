"""What `scripts/bench search` stands on: questions with their answers, the peers, a cold browser."""
