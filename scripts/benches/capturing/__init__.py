"""What `scripts/bench capture` stands on: trivial rules, peers, environment facts, many tickets."""
