"""Events in, honest figures out: every one with its numerator, denominator, window and interval."""
