"""What `scripts/bench capture` stands on: the peers in finding, and memory over many tickets."""
