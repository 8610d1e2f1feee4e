"""What `scripts/bench site` stands on: real articles for every builder, and what a build costs."""
