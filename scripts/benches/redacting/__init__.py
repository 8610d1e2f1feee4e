"""What `scripts/bench redaction` stands on: scoring, the peers, made cases, speed."""
